package explain

// systemTopics are errors of JetStream as a whole: the meta group, its servers,
// and what an account may use.
var systemTopics = []topic{
	{[]int{10003, 10025, 10038}, "The request is not well-formed: not JSON, with an unknown shape, or with a body where none belongs. Clients of another release, and requests written by hand, do that.", nil},
	{[]int{10004}, "Some servers did not answer the meta leader in time, so that a list lacks their part.", []string{"server ls", "server report jetstream"}},
	{[]int{10005}, "No server can take the stream or consumer: each lacks room, tags, JetStream, or is offline. The text lists the reason of each group of servers.", []string{"server report jetstream", "check jetstream", "server ls"}},
	{[]int{10006, 10010, 10074}, "The request needs a clustered JetStream, and this server runs alone, or its cluster has no name.", []string{"server info", "server report jetstream"}},
	{[]int{10007}, "This server has no part in the JetStream cluster yet: it started a moment ago, or it was removed from the meta group.", []string{"server report jetstream", "check"}},
	{[]int{10008}, "JetStream cannot serve requests now: the meta group or the group of the stream has no leader, or too many servers are away for a majority.", []string{"server report jetstream", "server report streams", "check"}},
	{[]int{10009}, "The server that answered does not lead the group that decides; the leader has changed or is not known.", []string{"server report jetstream", "server report streams"}},
	{[]int{10011, 10036}, "This release does not offer the operation in a cluster.", []string{"server report versions"}},
	{[]int{10035}, "The server does not know the account: its resolver has no JWT of it.", []string{"account ls", "auth show ACCOUNT"}},
	{[]int{10039}, "The account may not use JetStream: it has no JetStream limits, or they are zero.", []string{"account info ACCOUNT", "auth show ACCOUNT"}},
	{[]int{10076}, "No JetStream answers: it is not configured on these servers, or it was disabled after an error with its storage.", []string{"server report jetstream", "server report health"}},
	{[]int{10040, 10044}, "No peer of this name or id is in the group that the request is about.", []string{"server report jetstream", "server report streams"}},
	{[]int{10041}, "The consensus of the group failed; the text has its reason.", []string{"server report jetstream", "server request raftz"}},
	{[]int{10075}, "The stream cannot be moved off the server that is removed: no other one can take its place.", []string{"server report jetstream", "server report streams"}},
	{[]int{10202}, "Another change of the members of the group has not finished.", []string{"server report jetstream"}},
	{[]int{10224}, "The rescue of the meta group was not done; the text has the reason.", []string{"server report jetstream", "server request raftz"}},
	{[]int{10118, 10119, 10194, 10195}, "The server keeps it but does not run it: it was made by a newer release, or it failed to start. The text has the reason when the server tells it.", []string{"server report versions", "server report health", "server report streams"}},
	{[]int{10185}, "The client asks for a newer API than the server has.", []string{"server report versions", "server report jetstream"}},
	{[]int{10157}, "In pedantic mode a server refuses a configuration that it would otherwise complete by itself. The text names the field.", []string{"server report streams", "server report consumers"}},
	{[]int{10072, 10104}, "The server cannot write its storage: a full disk, missing rights, or too many open files.", []string{"server report jetstream", "server report health"}},
	{[]int{10042}, "The server cannot subscribe to the subject on which a backup would arrive.", []string{"account info ACCOUNT"}},
}

// limitTopics are errors of quotas.
var limitTopics = []topic{
	{[]int{10002}, "The account, or the tier of this number of replicas, has no room for what was asked: storage, memory or reservations are used up.", []string{"account info ACCOUNT", "server report streams --account ACCOUNT", "check"}},
	{[]int{10023, 10028, 10047}, "The server, or each server of the cluster, has no room: max_memory_store or max_file_store is used up or reserved. It is a limit of servers, not of an account.", []string{"server report jetstream", "server report streams --sort bytes"}},
	{[]int{10026}, "The account or the stream (max_consumers) has as many consumers as it may have.", []string{"server report consumers --account ACCOUNT", "account info ACCOUNT"}},
	{[]int{10027}, "The account has as many streams as it may have.", []string{"server report streams --account ACCOUNT", "account info ACCOUNT"}},
	{[]int{10113, 10122}, "The account asks for streams with a maximum of bytes, or this maximum is above what one stream may have.", []string{"account info ACCOUNT", "auth show ACCOUNT"}},
	{[]int{10120}, "The account has limits for tiers (R1, R3 ...), and none for this number of replicas.", []string{"account info ACCOUNT", "auth show ACCOUNT"}},
	{[]int{10121, 10125, 10153}, "The consumer asks for more than the limits of the server or of its stream allow. The text has the limit.", []string{"server report consumers -o wide", "server info"}},
	{[]int{10117}, "The stream has more subjects than one reply lists; ask for fewer with a filter, page by page.", []string{"server report streams"}},
	{[]int{10167, 10210, 10211}, "Too many requests or batches are waiting: clients send faster than the leader stores.", []string{"server report streams", "server report jetstream", "top"}},
}
