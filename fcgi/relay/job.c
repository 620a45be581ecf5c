/* SPDX-License-Identifier: MIT */
/*
 * The end of a job: every reference that it carries is given back.
 */
#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "confab/relay/job.h"

void
relay_request_free(struct provider_request *r)
{
	if (r != NULL) {
		provider_request_free(r);
		free(r);
	}
}

void
relay_job_free(struct relay_job *job)
{
	if (job->guest)
		close(job->heir);
	job->guest = false;
	free(job->answer);
	job->answer = NULL;
	tool_call_unref(job->tool);
	job->tool = NULL;
	chat_request_free(job->chat);
	job->chat = NULL;
	relay_request_free(job->request);
	job->request = NULL;
	relay_claim_free(job->claim);
	job->claim = NULL;
	catalog_unref(job->catalog);
	job->catalog = NULL;
	settings_unref(job->settings);
	job->settings = NULL;
}
