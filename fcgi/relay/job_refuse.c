/* SPDX-License-Identifier: MIT */
/* The answer to a job that no loop can take. */
#include "config.h"

#include <sys/socket.h>
#include <unistd.h>

#include "confab/base/buf.h"
#include "confab/base/metrics.h"
#include "confab/gateway/fcgi_record.h"
#include "confab/gateway/response.h"
#include "confab/relay/job.h"

#include "job_refuse.h"
#include "kin.h"

void
job_refuse(struct relay_job *job)
{
	struct response_head h = { .status = 503,
		.type = RESPONSE_JSON,
		.retry_after = 1 };
	unsigned char record[FCGI_RECORD_HEADER], end[FCGI_RECORD_END];
	struct buf json, text, out;
	struct api_error err;

	if (!kin_take(job)) {
		close(job->client.fd);
		relay_job_free(job);
		return;
	}
	(void)api_error_set(&err, 503, "busy",
	    "The server has too much to do.");
	buf_init(&json, RESPONSE_HEAD_MAX);
	buf_init(&text, 2 * RESPONSE_HEAD_MAX);
	buf_init(&out, 3 * RESPONSE_HEAD_MAX);
	(void)api_error_json(&json, &err);
	h.length = json.len;
	response_head(&text, &h);
	buf_append(&text, buf_str(&json), json.len);
	if (job->client.request_id != 0) {
		fcgi_record_stdout(record, job->client.request_id, text.len);
		fcgi_record_end(end, job->client.request_id);
		buf_append(&out, record, sizeof(record));
		buf_append(&out, buf_str(&text), text.len);
		buf_append(&out, end, sizeof(end));
		if (buf_ok(&text) && buf_ok(&out))
			(void)send(job->client.fd, out.data, out.len,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
	} else if (buf_ok(&text) &&
	    write(job->client.fd, text.data, text.len) == -1) {
		/* The caller has left. */
	}
	buf_free(&json);
	buf_free(&text);
	buf_free(&out);
	close(job->client.fd);
	relay_job_free(job);
	metrics_request(503);
}
