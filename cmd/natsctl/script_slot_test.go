package main

import (
	"fmt"
	"math/rand/v2"
	"net"

	"github.com/rogpeppe/go-internal/testscript"
)

// Slots that scripts use: not the first ones, which clusters without --slot get.
const firstScriptSlot, scriptSlots = 8, 14

// takeSlot finds a slot whose ports are free, here and for other programs, and sets SLOT
// and THOUSANDS, the thousands of its ports. Until the script ends it holds a port of
// the slot that no node uses, so that no other script takes the same slot.
func takeSlot(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: slot")
	}
	for _, i := range rand.Perm(scriptSlots) {
		slot := firstScriptSlot + i
		thousands := 10 + slot
		mark, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d990", thousands))
		if err != nil {
			continue
		}
		if !portsFree(thousands) {
			_ = mark.Close()
			continue
		}
		ts.Defer(func() { _ = mark.Close() })
		ts.Setenv("SLOT", fmt.Sprint(slot))
		ts.Setenv("THOUSANDS", fmt.Sprint(thousands))
		return
	}
	ts.Fatalf("no free slot")
}

// portsFree tells whether nothing listens on the ports of the first three nodes.
func portsFree(thousands int) bool {
	for port := 110; port < 140; port++ {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d%d", thousands, port))
		if err != nil {
			return false
		}
		_ = l.Close()
	}
	return true
}
