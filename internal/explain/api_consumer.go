package explain

// consumerTopics are errors of consumers.
var consumerTopics = []topic{
	{[]int{10014, 10149}, "The stream has no consumer of this name: it was deleted, or it was idle for longer than its inactive threshold (ephemeral consumers: 5 s by default).", []string{"server report consumers", "events"}},
	{[]int{10013, 10105, 10106, 10148}, "A consumer of this name exists with another configuration, or is in use by a client that is subscribed.", []string{"server report consumers -o wide"}},
	{[]int{10016, 10017, 10018, 10019, 10020, 10131, 10132, 10137}, "The name or filter in the subject of the request and those in its body differ. Mixed releases of client libraries do that.", nil},
	{[]int{10102, 10103, 10107, 10127, 10135}, "A name, description or metadata of the consumer is too long or has characters that it may not have.", nil},
	{[]int{10012}, "The consumer cannot be made; the text has the reason.", []string{"server report consumers", "server report streams"}},
	{[]int{10092, 10093, 10136, 10138, 10139}, "The filter is not a part of the stream's subjects, overlaps with another one, or is empty.", []string{"server report streams -o wide", "subject map SRC DST"}},
	{[]int{10098, 10099, 10100, 10101, 10084}, "On a work queue each message belongs to one consumer: it needs explicit acknowledgment, delivery of all messages, and a filter that overlaps with no other consumer's.", []string{"server report consumers -o wide", "server report streams -o wide"}},
	{[]int{10015, 10079, 10081, 10112}, "The subject to which a push consumer delivers is not valid: a wildcard, or a subject that the stream stores again.", []string{"server report consumers -o wide"}},
	{[]int{10126, 10134}, "The consumer asks for more replicas than its stream has, or for another number where they must be equal.", []string{"server report streams -o wide"}},
	{[]int{10225}, "The consumer belongs to an earlier stream of the same name, which was deleted and made again.", []string{"server report consumers", "events"}},
	{[]int{10204}, "The position to which the consumer should be reset is not valid.", []string{"server report consumers -o wide"}},
	{[]int{10159, 10160, 10161, 10162, 10178, 10196, 10197}, "The priority groups of the consumer are not valid, or a pull names a group that it does not have.", []string{"server report consumers -o wide"}},
	{[]int{
		10078, 10080, 10082, 10083, 10085, 10086, 10087, 10088, 10089, 10090, 10091, 10094, 10095, 10108, 10114, 10115, 10116,
		10181, 10182, 10183, 10184, 10218, 10219, 10220, 10221, 10222,
	}, "Settings of the consumer contradict each other, or one is out of range; nothing was made or changed. The text names them.", []string{"server report consumers -o wide"}},
}
