package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// setting is one setting that affects the figures of a result.
type setting struct{ Name, Text string }

// settings lists everything in a scenario that affects its figures, besides its
// one-line form. Settings that the workload does not use are left out.
func settings(s scenario.Spec) []setting {
	out := []setting{{"subject", subject(s)}}
	if s.Workload == scenario.KV && s.KV != nil {
		k := s.KV
		out[0] = setting{"bucket", fmt.Sprintf("%s, %s storage, %s, %d keys (%s), get=%d,put=%d,cas=%d", named(k.Name), k.Storage, replicas(k.Replicas), k.Keys, s.Dist, k.Get, k.Put, k.CAS)}
	}
	if js := s.JS; js != nil {
		out = append(out, setting{"stream", fmt.Sprintf("%s, %s storage, %s", named(js.Name), js.Storage, replicas(js.Replicas))})
		if s.Workload != scenario.JSConsume {
			out = append(out, setting{"publish", "acks " + publishAcks(s)})
		}
		if s.Workload != scenario.JSPub {
			out = append(out, setting{"consume", fmt.Sprintf("%s, acks %s, batches of %d", js.Mode, js.ConsAck, js.Batch)})
		}
		if s.Workload == scenario.JSConsume {
			out[len(out)-1].Text += fmt.Sprintf(", backlog %d", js.Backlog)
		}
	}
	if q := s.Request; q != nil {
		out = append(out, setting{"service", service(q)})
	}
	return append(out, setting{"payload", payload(s)}, setting{"measure", measure(s)})
}

func named(name string) string {
	if name == "" {
		return "temporary"
	}
	return name
}

func replicas(n int) string {
	if n == 1 {
		return "1 replica"
	}
	return fmt.Sprintf("%d replicas", n)
}

func subject(s scenario.Spec) string {
	text := s.Subject
	if text == "" {
		text = "generated"
	}
	if s.Subjects > 1 {
		text += fmt.Sprintf(", %d below it (%s)", s.Subjects, s.Dist)
	}
	if s.Queue != "" {
		text += ", queue group " + s.Queue
	}
	return text
}

func publishAcks(s scenario.Spec) string {
	switch {
	case s.JS.Ack == "batch":
		return fmt.Sprintf("batch:%d", s.JS.Batch)
	case s.JS.Ack == "window" && s.Load.Mode == scenario.Max:
		return fmt.Sprintf("window:%d", s.Load.Window)
	}
	return s.JS.Ack
}

func service(q *scenario.Service) string {
	text := "existing"
	if q.Serve > 0 {
		text = fmt.Sprintf("%d built-in responders", q.Serve)
	}
	if q.Serve == 1 {
		text = "1 built-in responder"
	}
	if q.Think > 0 {
		text += fmt.Sprintf(", think %v", q.Think)
	}
	if q.ReplySize > 0 {
		text += fmt.Sprintf(", replies of %d B", q.ReplySize)
	}
	return text
}

func payload(s scenario.Spec) string {
	var sizes []string
	for _, n := range s.Sizes {
		sizes = append(sizes, fmt.Sprintf("%d B", n))
	}
	return strings.Join(sizes, ", ") + " of " + s.Payload
}

func measure(s scenario.Spec) string {
	var text string
	switch {
	case s.Msgs > 0:
		text = count(float64(s.Msgs)) + " messages"
	default:
		text = time.Duration(s.Duration).String()
	}
	if s.Warmup > 0 {
		text += fmt.Sprintf(" after a warm-up of %v", time.Duration(s.Warmup))
	} else {
		text += " without warm-up"
	}
	return text + fmt.Sprintf(", timeout %v", time.Duration(s.Timeout))
}
