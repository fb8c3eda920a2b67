// SPDX-License-Identifier: BSD-3-Clause
// The program's commands: each gets its own name as argv[0] and returns the exit code.
#pragma once

#include <heartline/config.h>

#include "device/device.h"

int run_command(int argc, char **argv);
int check_command(int argc, char **argv);
int keys_command(int argc, char **argv);
int metrics_command(int argc, char **argv);
int registrar_command(int argc, char **argv);
int demo_command(int argc, char **argv);
int ctl_command(int argc, char **argv);
int line_command(int argc, char **argv);
int top_command(int argc, char **argv);
int history_command(int argc, char **argv);
int doctor_command(int argc, char **argv);
int report_command(int argc, char **argv);

// Print an error on stderr. One that names file and line is printed as it is, like a compiler's.
void error_print(const struct hl_error *err);

// Check the device that --port names, or those that a file names, of which there is one a port. A message says which, or points into
// the file.
int device_of_option(const char *port, struct device *device, struct hl_error *err);
int devices_of_file(const char *path, const struct hl_config *config, struct device devices[],
		    struct hl_error *err);
