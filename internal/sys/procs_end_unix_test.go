//go:build unix

package sys_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
)

// TestEndedServerIsForgotten has a server end in order: once the others count it
// no more, it is no longer remembered either.
func TestEndedServerIsForgotten(t *testing.T) {
	all := processes(t, nil, "east/n1", "east/n2", "east/n3")
	c := all["n1"].connect(t)
	whole(t, c, 3)
	if n := len(c.Roster()); n != 3 {
		t.Fatalf("%d servers are known", n)
	}
	all["n3"].signal(t, syscall.SIGTERM)
	eventually(t, c, fleet.Want{}, func(s *fleet.Snapshot) bool { return len(s.Servers) == 2 && s.Complete() && s.Counted == 2 })
	if known := c.Roster(); len(known) != 2 {
		t.Errorf("known: %+v", known)
	}
}

// One server is killed and still counted when another ends in order: the one
// who is missing is the one that said nothing.
func TestKilledAmongTheEnded(t *testing.T) {
	slow(t)
	all := processes(t, nil, "east/n1", "east/n2", "east/n3", "east/n4")
	c := all["n1"].connect(t)
	whole(t, c, 4)
	ended := departures(t, c, all["n2"])
	all["n3"].kill(t)
	receiveAll(t, ended, "n4", func() { _ = all["n4"].cmd.Process.Signal(syscall.SIGTERM) })
	only := func(s *fleet.Snapshot) bool {
		return len(s.Servers) == 2 && len(s.Missing) == 1 && s.Missing[0].Name == "n3" && s.Missing[0].Reason == fleet.Gone
	}
	eventually(t, c, fleet.Want{}, only)
	for range 10 { // not by chance
		if s := snapshot(t, c, fleet.Want{}); !only(s) {
			t.Fatalf("servers %v, missing %+v", names(s), s.Missing)
		}
	}
}

// One server is counted twice, because it was killed and started again, when
// another drains or ends in order: nobody is missing, though more are counted
// than there are.
func TestEndedWhileAnotherIsCountedTwice(t *testing.T) {
	slow(t)
	t.Parallel()
	all := processes(t, nil, "east/n1", "east/n2", "east/n3", "east/n4", "east/n5")
	c := all["n1"].connect(t)
	whole(t, c, 5)
	ended := departures(t, c, all["n2"])
	all["n3"].kill(t)
	all["n3"].start(t)
	eventually(t, c, fleet.Want{}, func(s *fleet.Snapshot) bool { return len(s.Servers) == 5 && s.Forgotten == 1 })
	for i, leave := range []struct {
		name string
		how  syscall.Signal
	}{{"n4", syscall.SIGUSR2}, {"n5", syscall.SIGTERM}} {
		receiveAll(t, ended, leave.name, func() { _ = all[leave.name].cmd.Process.Signal(leave.how) })
		_ = all[leave.name].cmd.Wait()
		left := func(s *fleet.Snapshot) bool { return len(s.Servers) == 4-i && len(s.Missing) == 0 }
		eventually(t, c, fleet.Want{}, left)
		for range 10 { // not by chance
			if s := snapshot(t, c, fleet.Want{}); !left(s) {
				t.Fatalf("after %s: servers %v, missing %+v, counted %d", leave.name, names(s), s.Missing, s.Counted)
			}
		}
	}
}

// departures listens for servers that announce their end, and returns their names
// once it hears what happens on a server.
func departures(t *testing.T, c *sys.Client, by *proc) <-chan string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	ended := make(chan string, 8)
	go func() {
		for ev, err := range c.Events(ctx, fleet.EventShutdown, fleet.EventLameDuck, fleet.EventConnect) {
			switch {
			case err != nil:
			case ev.Kind == fleet.EventConnect:
				ended <- "listening"
			default:
				ended <- ev.Server
			}
		}
	}()
	receiveAll(t, ended, "listening", func() { by.connect(t) })
	return ended
}

// receiveAll does something until an event is received.
func receiveAll(t *testing.T, events <-chan string, want string, do func()) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for do(); ; {
		select {
		case got := <-events:
			if got == want {
				return
			}
		case <-tick.C:
			do()
		case <-deadline:
			t.Fatalf("no %s", want)
		}
	}
}
