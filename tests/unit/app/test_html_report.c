// SPDX-License-Identifier: BSD-3-Clause
// Reports of results: what is added, what is drawn, what is escaped.

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "html_report/document.h"
#include "html_report/histogram.h"
#include "html_report/markup.h"
#include "html_report/plots.h"

static json_t *json(const char *text)
{
	json_error_t where;
	json_t *value = json_loads(text, 0, &where);

	cr_assert(value, "%s: %s", text, where.text);
	return value;
}

Test(html_report, histograms_are_added_edge_by_edge)
{
	json_t *a = json("[[1, 5], [7, 2]]"), *b = json("[[1, 1], [3, 4], [9, 8]]");
	json_t *sum = histogram_add(a, b), *wanted = json("[[1, 6], [3, 4], [7, 2], [9, 8]]");

	cr_expect(json_equal(sum, wanted));
	cr_expect_eq(histogram_samples(sum), 20);
	cr_expect_eq(histogram_quantile(sum, 0.5), 3);
	cr_expect_eq(histogram_quantile(sum, 0.51), 7);
	cr_expect_eq(histogram_quantile(sum, 1), 9);
	cr_expect_eq(histogram_quantile(sum, 0), 1);
	cr_expect(isnan(histogram_quantile(NULL, 0.5)));
	json_decref(a);
	json_decref(b);
	json_decref(sum);
	json_decref(wanted);
}

static char *text_of(void (*write)(FILE *to))
{
	char *text = NULL;
	size_t bytes;
	FILE *to = open_memstream(&text, &bytes);

	write(to);
	fclose(to);
	return text;
}

static void hostile_write(FILE *to)
{
	markup_text(to, "<script>\"a\" & 'b'\x01</script>");
}

Test(html_report, texts_are_escaped)
{
	char *text = text_of(hostile_write);

	cr_expect_str_eq(text, "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39; &lt;/script&gt;");
	free(text);
}

#define RESULT(verdict, n, causes, longest, buckets) \
	"{\"verdict\": \"" verdict "\", \"requests\": {\"REGISTER\": " n "}, \"causes\": " causes \
	", \"outages\": {\"seconds\": 1.5, \"longest\": {\"number\": \"6000\", \"seconds\": " longest \
	"}}, \"rtt_us\": {\"p50\": 5.0, \"p99\": 7.0, \"p999\": null}, \"generator_limited\": false, " \
	"\"distributions\": {\"rtt_us\": " buckets "}, \"seconds\": null}"

static struct result results[2];

static void results_make(void)
{
	results[0] = (struct result){
		strdup("a"),
		json(RESULT("ok", "10", "[{\"reason\": \"time-out\", \"count\": 3}]", "2.5",
			    "[[5, 9], [7, 1]]")),
	};
	results[1] = (struct result){
		strdup("b"),
		json(RESULT(
			"degraded", "5",
			"[{\"reason\": \"time-out\", \"count\": 4}, {\"reason\": \"403\", \"count\": "
			"1}]",
			"1.5", "[[7, 90]]")),
	};
}

static void results_free(void)
{
	result_free(&results[0]);
	result_free(&results[1]);
}

Test(html_report, results_are_added, .init = results_make, .fini = results_free)
{
	struct result sum;

	cr_assert_eq(result_add(&sum, results, 2), 0);
	cr_expect_eq(result_number(sum.root, "requests/REGISTER"), 15);
	cr_expect_eq(result_number(sum.root, "outages/seconds"), 3);
	cr_expect_eq(result_number(sum.root, "outages/longest/seconds"), 2.5);
	cr_expect_str_eq(json_string_value(result_at(sum.root, "verdict")), "degraded");
	cr_expect_eq(result_number(sum.root, "rtt_us/p50"), 7, "of the added histogram");
	cr_expect_eq(result_number(sum.root, "rtt_us/p999"), 7);
	json_t *causes = json("[{\"reason\": \"time-out\", \"count\": 7}, {\"reason\": \"403\", "
			      "\"count\": 1}]");
	cr_expect(json_equal(result_at(sum.root, "causes"), causes));
	json_decref(causes);
	cr_expect_eq(result_number(results[0].root, "requests/REGISTER"), 10, "as it was");
	result_free(&sum);
}

// Quantiles do not add up: where there is no histogram, there is no quantile of the sum either.
Test(html_report, without_histograms_the_sum_has_no_quantiles, .init = results_make,
     .fini = results_free)
{
	struct result sum;

	for (unsigned i = 0; i < 2; i++)
		json_object_del(results[i].root, "distributions");
	cr_assert_eq(result_add(&sum, results, 2), 0);
	cr_expect(isnan(result_number(sum.root, "rtt_us/p50")));
	result_free(&sum);
}

static void both_write(FILE *to)
{
	document_write(to, results, 2, NULL);
}

Test(html_report, a_result_without_seconds_or_configuration_is_shown, .init = results_make,
     .fini = results_free)
{
	char *text = text_of(both_write);

	cr_expect(strstr(text, "This result has no seconds"));
	cr_expect(strstr(text, "<td class=n>+50.0 %</td>") == NULL);
	cr_expect(strstr(text, "<td class=n>-50.0 %</td>"), "REGISTER: 10, then 5");
	free(text);
}

static void empty_write(FILE *to)
{
	const struct plot plot = { .title = "empty",
				   .unit_x = "s",
				   .unit_y = "",
				   .n = 1,
				   .series = { { "none", "s0", NULL, NULL, 0, false } } };
	plot_write(to, &plot, true);
}

static void odd_write(FILE *to)
{
	static const double x[] = { 0, 1, 2, 3 }, y[] = { NAN, 5, NAN, INFINITY };
	const struct plot plot = { .title = "odd",
				   .unit_x = "s",
				   .unit_y = "us",
				   .log_y = true,
				   .n = 1,
				   .series = { { "odd", "s0", x, y, 3, false } } };
	plot_write(to, &plot, true);
}

Test(html_report, a_plot_never_has_a_number_that_is_none)
{
	char *empty = text_of(empty_write), *odd = text_of(odd_write);

	cr_expect(strstr(empty, "nothing was measured"));
	cr_expect_null(strstr(empty, "nan"));
	cr_expect_null(strstr(empty, "inf"));
	cr_expect_null(strstr(odd, "nan"));
	cr_expect_null(strstr(odd, "inf"));
	cr_expect(strstr(odd, "h1"), "a point alone is seen");
	free(empty);
	free(odd);
}

static void load_expect(const char *text, const char *wanted)
{
	char path[] = "/tmp/hl-report-XXXXXX";
	int fd = mkstemp(path);
	struct result result;
	struct hl_error err;

	cr_assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	cr_expect(result_load(&result, path, &err) < 0);
	cr_expect(strstr(err.text, wanted), "%s", err.text);
	unlink(path);
}

Test(html_report, what_is_no_result_is_refused_with_its_place)
{
	load_expect("{\n  \"lines\": 5,\n}", ":3:1: error: no JSON: ");
	load_expect("[1, 2]", "no result of a run: it has no verdict");
	load_expect("", ":1:0: error: no JSON: ");
	load_expect("{\"verdict\": \"ok\", \"requests\": 5}",
		    "needed: a file that --summary wrote");
}
