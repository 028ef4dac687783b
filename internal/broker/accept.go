package broker

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/natsctl/natsctl/internal/broker/host"
	"github.com/natsctl/natsctl/internal/broker/plan"
)

// startAndWait starts the process and waits until it accepts clients.
func (p *process) startAndWait(ctx context.Context) error {
	if err := p.start(); err != nil {
		return err
	}
	done := p.ended()
	tick := time.NewTicker(host.Pause)
	defer tick.Stop()
	for {
		if err := p.checkGreeting(ctx); err == nil && p.logsReady() {
			p.setPhase(Running)
			return nil
		}
		select {
		case <-done:
			return p.reason()
		case <-ctx.Done():
			return fmt.Errorf("start %s: %w", p.plan.Name, context.Cause(ctx))
		case <-tick.C:
		}
	}
}

// logsReady reports whether the log of this start has the line that nats-server writes when it begins to accept clients: a server
// of the same name in another cluster may have the port.
func (p *process) logsReady() bool {
	p.mu.Lock()
	from := p.logFrom
	p.mu.Unlock()
	data, err := os.ReadFile(filepath.Join(p.plan.Dir, plan.LogName))
	return err == nil && int64(len(data)) > from && bytes.Contains(data[from:], []byte("Server is ready"))
}

// reason returns the error of a node that exited by itself.
func (p *process) reason() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := portError(p.plan, p.why); err != nil {
		return err
	}
	if host.SpaceWords(p.why) || host.CheckSpace(p.plan.Dir) != nil {
		return fmt.Errorf("%w: %w %s has ended: %s", host.ErrNoSpace, ErrNode, p.plan.Name, p.why)
	}
	return fmt.Errorf("%w %s has ended: %s", ErrNode, p.plan.Name, p.why)
}

// checkGreeting reports whether this node listens on its client port, by the name in the first line that a server sends.
func (p *process) checkGreeting(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", p.plan.Addr(plan.RoleClient))
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // only read
	if deadline, ok := ctx.Deadline(); ok {
		conn.SetReadDeadline(deadline) //nolint:errcheck // then the read fails
	}
	line, err := bufio.NewReader(conn).ReadBytes('\n')
	if err != nil {
		return err
	}
	var info struct {
		Name string `json:"server_name"`
	}
	if err := json.Unmarshal(bytes.TrimPrefix(line, []byte("INFO ")), &info); err != nil {
		return err
	}
	if info.Name != p.plan.Name {
		return errors.New("another server")
	}
	return nil
}
