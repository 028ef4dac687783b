package bench

import (
	"context"
)

// jsE2ERun publishes to a stream and consumes it at the same time; it measures the
// time until the consumer has received the message.
type jsE2ERun struct {
	jsPubRun
	readers []*reader
	groups  []*group
}

func (j *jsE2ERun) setup(ctx context.Context) error {
	if err := j.jsPubRun.setup(ctx); err != nil {
		return err
	}
	var err error
	if j.readers, j.groups, err = openReaders(ctx, j.run, j.store, j.spec.Pubs); err != nil {
		return err
	}
	for _, d := range j.readers {
		if err := d.begin(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (j *jsE2ERun) sent() (n int64) {
	for _, s := range j.senders {
		n += s.progress.Load()
	}
	for _, a := range j.clients {
		n += a.measured.Load()
	}
	return n
}

func (j *jsE2ERun) missing(_ context.Context) int64 {
	n := j.sent() * int64(len(j.groups))
	for _, c := range j.groups {
		n -= c.unique()
	}
	return n
}

func (j *jsE2ERun) addCounts(ctx context.Context, rep *report) {
	stopAll(j.readers, rep)
	j.collectPublishers(ctx, rep, false)
	rep.Expected = rep.Sent * int64(len(j.groups))
	rep.addGroups(j.groups)
	rep.JS.Redelivered = redelivered(j.groups)
}
