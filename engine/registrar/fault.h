// SPDX-License-Identifier: BSD-3-Clause
// Bounds of the values of faults.
#pragma once

#define FAULT_STATUS_MIN 200u // a provisional answer answers nothing
#define FAULT_STATUS_MAX 699u
#define FAULT_GRANT_MAX_S 86400u
#define FAULT_LIMIT_MAX 1000000000u
#define FAULT_LOSS_MAX 10000u        // 100 %
#define FAULT_DELAY_MAX_US 60000000u // a minute: beyond any time-out of SIP
