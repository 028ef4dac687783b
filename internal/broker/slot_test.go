package broker

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// TestSlots is the number of each port, and whose a slot is.
func TestSlots(t *testing.T) {
	t.Parallel()
	if p := slotPort(4, 1, 2, plan.RoleGateway); p != 14123 {
		t.Errorf("got %d", p)
	}
	if p := slotPort(slots-1, 9, 9, plan.NumRoles-1); p > 32767 {
		t.Errorf("the highest port is %d", p)
	}
	h := OpenHome(t.TempDir())
	for slot := range slots {
		if slot != 5 && slot != 20 {
			remembered(t, h, named(fmt.Sprint("c", slot), 1), slot, nil)
		}
	}
	ctx, sp := t.Context(), spectest.Must(named("new", 1).Complete())
	taken := spectest.Must(h.usedSlots("c3"))
	if len(taken) != slots-3 || taken[3] != "" || taken[4] != "c4" {
		t.Errorf("taken: %v", taken)
	}
	for want, c := range map[int]string{4: "slot 4 has the ports of cluster c4", slots: "slot 22: 0 to 21 are possible", 99: "slot 99: 0 to 21 are possible"} {
		if _, _, err := h.allot(ctx, sp, want); err == nil || !strings.Contains(err.Error(), c) || want == 4 && !errors.Is(err, ErrPortInUse) || want > 4 && !errors.Is(err, spec.ErrInvalid) {
			t.Errorf("slot %d: %v", want, err)
		}
	}
	own := spectest.Must(named("c4", 1).Complete())
	if slot, _, err := h.allot(ctx, own, 4); err != nil && !errors.Is(err, ErrPortInUse) || err == nil && slot != 4 {
		t.Errorf("its own slot: %d %v", slot, err)
	}
	remembered(t, h, named("c5", 1), 5, nil)
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", slotPort(20, 1, 1, plan.RoleMonitor)))
	if err == nil {
		defer l.Close()
	}
	var pe *PortError
	if _, _, err := h.allot(ctx, sp, -1); !errors.As(err, &pe) || !strings.Contains(err.Error(), "none of 22 slots of ports is free") {
		t.Errorf("the last slot has a port that is in use: %v", err)
	}
	if pe != nil && (pe.Port != slotPort(20, 1, 1, pe.Role) || pe.Node != "new-1") { // a test elsewhere may have another port of it
		t.Errorf("got %+v", pe)
	}
	remembered(t, h, named("c20", 1), 20, nil)
	var se *SlotError
	if _, _, err := h.allot(ctx, sp, -1); !errors.As(err, &se) || !errors.Is(err, ErrPortInUse) || !strings.Contains(err.Error(), "all 22 slots are taken") {
		t.Errorf("all are taken: %v", err)
	}
}

// TestFirstFreeSlot begins its search where it is told to, and goes round.
func TestFirstFreeSlot(t *testing.T) {
	t.Parallel()
	h := OpenHome(t.TempDir())
	h.skip = slots - 1
	for slot := range slots {
		if slot != 2 {
			remembered(t, h, named(fmt.Sprint("c", slot), 1), slot, nil)
		}
	}
	slot, p, err := h.allot(t.Context(), spectest.Must(named("new", 1).Complete()), -1)
	var pe *PortError
	if errors.As(err, &pe) { // a test elsewhere has the ports of slot 2, which was found then
		slot, err = (pe.Port-slotPort(0, 1, 1, pe.Role))/1000, nil
	} else if err == nil && p.Nodes[0].Ports[plan.RoleClient] != 12110 {
		t.Errorf("ports %v", p.Nodes[0].Ports)
	}
	if err != nil || slot != 2 {
		t.Errorf("slot %d: %v", slot, err)
	}
}

// TestPortsFree names the port that is in use.
func TestPortsFree(t *testing.T) {
	t.Parallel()
	ports := spectest.Must(reserve(t.Context(), 50))
	if slices.Sort(ports); len(slices.Compact(slices.Clone(ports))) != 50 {
		t.Errorf("a port was found twice: %v", ports)
	}
	super := spec.Super(1, "a", "b")
	super.Clusters[1].MQTT = true
	sp := spectest.Must(super.Complete())
	p := spectest.Must(plan.New(sp, t.TempDir(), func(c, _ int, r plan.Role) int { return ports[c*10+int(r)] }, nil))
	if err := portsFree(t.Context(), p.Nodes); err != nil {
		t.Fatal(err)
	}
	l := spectest.Must(net.Listen("tcp", p.Nodes[1].Addr(plan.RoleGateway)))
	defer l.Close()
	var pe *PortError
	if err := portsFree(t.Context(), p.Nodes); !errors.As(err, &pe) || pe.Node != "b-1" || pe.Role != plan.RoleGateway || pe.Port != p.Nodes[1].Ports[plan.RoleGateway] {
		t.Errorf("got %v", err)
	}
	l.Close()
	last := spectest.Must(net.Listen("tcp", p.Nodes[1].Addr(plan.RoleMQTT))) // behind those that it does not have
	defer last.Close()
	if err := portsFree(t.Context(), p.Nodes); !errors.As(err, &pe) || pe.Role != plan.RoleMQTT {
		t.Errorf("got %v", err)
	}
	n := p.Nodes[1]
	for fatal, want := range map[string]error{
		fmt.Sprintf("Error listening on port: 127.0.0.1:1, %q", "listen tcp 127.0.0.1:1: bind"):       nil,
		fmt.Sprintf("listen tcp 127.0.0.1:%d: bind: address already in use", n.Ports[plan.RoleRoute]): &PortError{"b-1", plan.RoleRoute, n.Ports[plan.RoleRoute]},
		"no listener at all": nil,
	} {
		if n.Ports[plan.RoleRoute] == 0 {
			t.Fatal("no route")
		}
		if got := portError(n, fatal); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v", fatal, got)
		}
	}
}
