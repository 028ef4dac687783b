package scenario

import "fmt"

// String names the scenario in a few words.
func (s Spec) String() string {
	text := string(s.Workload) + ", "
	switch s.Workload {
	case Request, KV:
		text += plural(s.Pubs, "client")
	case JSConsume:
		text += plural(s.Subs, "consumer")
	case PubSub:
		text += plural(s.Pubs, "publisher") + ", " + plural(s.Subs, "subscriber")
	case JSE2E:
		text += plural(s.Pubs, "publisher") + ", " + plural(s.Subs, "consumer")
	default:
		text += plural(s.Pubs, "publisher")
	}
	if s.Queue != "" {
		text += ", queue group " + s.Queue
	}
	if s.Subjects > 1 {
		text += ", " + plural(s.Subjects, "subject")
	}
	return text + ", " + sizesText(s.Sizes) + ", " + s.Load.String()
}

func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

func sizesText(sizes []int) string {
	if len(sizes) == 1 {
		return fmt.Sprintf("%d B", sizes[0])
	}
	return fmt.Sprintf("%v B", sizes)
}
