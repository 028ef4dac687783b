package explain

// streamTopics are errors of streams, mirrors and sources.
var streamTopics = []topic{
	{[]int{10059}, "The account of this user has no stream of this name. A stream of another account, or behind another JetStream domain, is not found either.", []string{"server report streams", "account info"}},
	{[]int{10058}, "A stream of this name exists and its configuration is another one. To change it, update it; a client that creates it at each start has another configuration than the one that was first.", []string{"server report streams -o wide", "events"}},
	{[]int{10065}, "Another stream of the account stores a part of these subjects, and a subject belongs to one stream only.", []string{"server report streams -o wide"}},
	{[]int{10130}, "A backup is restored under a name that a stream has already.", []string{"server report streams"}},
	{[]int{10049, 10052, 10069, 10096}, "The stream's configuration is not valid, or the server could not apply it; the text says which field.", []string{"server report streams -o wide", "server report jetstream"}},
	{[]int{10055, 10061, 10123}, "A stream cannot be changed in this way. Some fields never change; replicas and placement do not change in one update.", []string{"server report streams -o wide"}},
	{[]int{10124, 10226}, "The stream is being moved or changed; wait until the new replicas are current, or cancel it.", []string{"server report streams", "server report jetstream"}},
	{[]int{10129}, "No move of the stream is under way, so that there is nothing to cancel.", []string{"server report streams"}},
	{[]int{10109}, "The stream is sealed: it takes no message and gives none up, for ever.", []string{"server report streams -o wide"}},
	{[]int{10128, 10133}, "A name or number of the stream's configuration is not allowed; the text says which.", []string{"server report streams"}},
	{[]int{10155, 10156}, "The stream's subject transform is not valid: its source is no subject of the stream, or its destination does not fit it.", []string{"subject map SRC DST", "server report streams -o wide"}},
	{[]int{10021, 10022, 10024}, "The API or delivery prefix of the other account overlaps with subjects of the stream, or has wildcards.", []string{"server report origins", "server report sharing ACCOUNT"}},
	{[]int{10029, 10045}, "The mirror or source cannot make its consumer on its origin: no such stream, a missing import or permission, or an unreachable domain.", []string{"server report origins", "check origins", "server report sharing ACCOUNT"}},
	{[]int{10030, 10046}, "Messages of the origin can be larger than this stream takes (max_msg_size).", []string{"server report origins", "server report streams -o wide"}},
	{[]int{10031, 10032, 10033, 10034, 10142, 10143, 10150, 10151, 10152, 10154, 10173, 10186, 10198, 10209, 10213, 10214}, "A mirror is an exact copy of its origin and cannot be configured like that; the text names the field.", []string{"server report origins"}},
	{[]int{10140, 10141, 10144, 10145, 10146, 10147, 10187, 10215, 10216, 10217}, "The configuration of a source is not valid; the text names the field.", []string{"server report origins"}},
	{[]int{10228}, "The consumer of a source waits for flow control that does not come back: its subject is not imported or not permitted between the accounts.", []string{"server report origins", "server report sharing ACCOUNT"}},
	{[]int{10037, 10043}, "No message has this sequence or subject: it was deleted, expired, removed by a limit, or never stored.", []string{"server report streams -o wide"}},
	{[]int{10048, 10050, 10051, 10053, 10057, 10062, 10064, 10110, 10111}, "The server could not do it; the text has the reason of its storage or its group.", []string{"server report streams", "server report health", "server report jetstream"}},
	{[]int{10056}, "The subject of the request and its body name two streams.", nil},
	{[]int{10066, 10067, 10068, 10073}, "Stream templates have gone from JetStream; only old servers have them.", []string{"server report versions"}},
}

// publishTopics are errors of a message that was to be stored.
var publishTopics = []topic{
	{[]int{10060}, "The publisher expected another stream to store this subject (Nats-Expected-Stream).", []string{"server report streams -o wide"}},
	{[]int{10063, 10070, 10071, 10163, 10164, 10180, 10193}, "The publisher expected another last message (Nats-Expected-Last-Sequence, -Subject-Sequence or -Msg-Id): another one was stored first. For a key-value bucket: the key was changed or created by somebody else.", []string{"server report streams -o wide"}},
	{[]int{10158, 10201}, "The same message id was published a moment ago and is not stored yet, or twice in a batch.", []string{"server report streams -o wide"}},
	{[]int{10054, 10097}, "The message is larger than the stream (max_msg_size) or its header than 64 KiB allow.", []string{"server report streams -o wide"}},
	{[]int{10077}, "The leader of the stream could not store the message: a limit with discard \"new\" is reached, or the disk is full. The text says which.", []string{"server report streams -o wide", "server report jetstream"}},
	{[]int{10165, 10166}, "The message has a time to live, and the stream does not allow it (allow_msg_ttl), or it is not a duration of at least a second.", []string{"server report streams -o wide"}},
	{[]int{10168, 10169, 10170, 10171, 10172}, "The message is an increment of a counter, and the stream is none (allow_msg_counter), or its increment is missing or not a number.", []string{"server report streams -o wide"}},
	{[]int{10174, 10175, 10176, 10177, 10179, 10199, 10200}, "An atomic batch was refused and none of it is stored: the stream does not allow it (allow_atomic), or the batch has a gap, is too large or has a header that it may not have.", []string{"server report streams -o wide"}},
	{[]int{10205, 10206, 10207, 10208}, "A fast batch was refused: the stream does not allow it (allow_batched), or its id or reply subject is not valid.", []string{"server report streams -o wide"}},
	{[]int{10188, 10189, 10190, 10191, 10192, 10203, 10212, 10223}, "The message is a schedule, and the stream does not allow it (allow_msg_schedules), or a header of the schedule is not valid.", []string{"server report streams -o wide"}},
	{[]int{10227}, "The header that says from which stream a message came is set by servers only.", nil},
}
