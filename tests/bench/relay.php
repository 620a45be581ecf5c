<?php
/* SPDX-License-Identifier: MIT */
/* The relay that is commonly written in PHP, to compare with. */
/* Not to be cut off within curl's callback, which leaves its connection open:
 * the callback looks itself whether the client has left. */
ignore_user_abort(true);
header('Content-Type: text/event-stream');
header('X-Accel-Buffering: no');
while (ob_get_level() > 0) {
	ob_end_flush();
}
$curl = curl_init($_SERVER['BENCH_UPSTREAM'] . '/v1/chat/completions');
curl_setopt_array($curl, [
	CURLOPT_POST => true,
	CURLOPT_POSTFIELDS => file_get_contents('php://input'),
	CURLOPT_HTTPHEADER => ['Content-Type: application/json'],
	CURLOPT_WRITEFUNCTION => function ($curl, $bytes) {
		echo $bytes;
		flush();
		return connection_aborted() ? 0 : strlen($bytes);
	},
]);
curl_exec($curl);
