package broker

import (
	"context"
	"fmt"
	"time"

	"github.com/natsctl/natsctl/internal/broker/host"
)

// NodeAction is an action on a node of a cluster of processes.
type NodeAction struct {
	Name string // "stop"
	Help string // one sentence
	Away bool   // the node no longer leads anything afterwards
	do   func(ctx context.Context, k *supervisor, p *process, o nodeOrder) error
}

// nodeActions lists all actions on a node.
var nodeActions = []NodeAction{
	{"stop", "Stop nodes in order; their data stays.", true, stopNode},
	{"start", "Start nodes that were stopped or have exited.", false, startNode},
	{"restart", "Stop nodes in order and start them again.", false, restartNode},
	{"reload", "Reload the configuration of nodes.", false, reloadNode},
	{"kill", "Kill nodes without notice, like kill -9.", true, func(_ context.Context, _ *supervisor, p *process, _ nodeOrder) error { return p.kill() }},
	{"pause", "Pause nodes: connections stay open but nothing responds.", true, pauseNode},
	{"resume", "Resume paused nodes.", false, resumeNode},
	{"lame-duck", "Drain nodes: clients are asked to reconnect elsewhere, then disconnected, then the server exits.", true, drainNode},
}

// NodeActions returns all actions of [Home.Node].
func NodeActions() []NodeAction { return append([]NodeAction(nil), nodeActions...) }

func stopNode(ctx context.Context, _ *supervisor, p *process, _ nodeOrder) error {
	if !p.inPhase(Running) && !p.inPhase(Paused) && !p.inPhase(Draining) {
		return fmt.Errorf("%w %s: is not running", ErrNode, p.plan.Name)
	}
	p.stop(ctx)
	return nil
}

func startNode(ctx context.Context, _ *supervisor, p *process, _ nodeOrder) error {
	return p.startAndWait(ctx)
}

func restartNode(ctx context.Context, _ *supervisor, p *process, _ nodeOrder) error {
	p.stop(ctx)
	return p.startAndWait(ctx)
}

func pauseNode(_ context.Context, _ *supervisor, p *process, _ nodeOrder) error {
	return p.signal(host.SigPause, Paused, Running, Draining)
}

func resumeNode(_ context.Context, _ *supervisor, p *process, _ nodeOrder) error {
	return p.signal(host.SigResume, Running, Paused)
}

// drainNode enters lame duck mode and waits until the server has exited.
func drainNode(ctx context.Context, _ *supervisor, p *process, o nodeOrder) error {
	if o.Duration <= o.Grace {
		return fmt.Errorf("%w %s: lame duck grace period %v is not shorter than its duration %v", ErrNode, p.plan.Name, o.Grace, o.Duration)
	}
	if err := p.lameDuck(o.Duration, o.Grace); err != nil {
		return err
	}
	select {
	case <-p.ended():
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// nodeOrder is the body of a request about a node.
type nodeOrder struct {
	Duration time.Duration `json:"duration_ns"`
	Grace    time.Duration `json:"grace_ns"`
	For      time.Duration `json:"for_ns,omitempty"` // after which the supervisor undoes a pause or a kill
}
