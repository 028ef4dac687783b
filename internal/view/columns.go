package view

import (
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
)

// TrafficColumns returns four columns of message and byte rates. Tables show
// them only if rates were measured; otherwise they are null.
func TrafficColumns[R any](rates bool, traffic func(R) fleet.Traffic) []Column[R] {
	return []Column[R]{
		{Name: "in_msgs_per_second", Title: "In/s", Help: "Messages received a second; needs two snapshots.", Unit: PerSec, Wide: !rates, Sum: true, Value: func(r R) any { return traffic(r).InMsgs.Value() }},
		{Name: "out_msgs_per_second", Title: "Out/s", Help: "Messages sent a second; needs two snapshots.", Unit: PerSec, Wide: !rates, Sum: true, Value: func(r R) any { return traffic(r).OutMsgs.Value() }},
		{Name: "in_bytes_per_second", Title: "In B/s", Short: "InB/s", Help: "Bytes received a second; needs two snapshots.", Unit: BytesSec, Wide: !rates, Sum: true, Value: func(r R) any { return traffic(r).InBytes.Value() }},
		{Name: "out_bytes_per_second", Title: "Out B/s", Short: "OutB/s", Help: "Bytes sent a second; needs two snapshots.", Unit: BytesSec, Wide: !rates, Sum: true, Value: func(r R) any { return traffic(r).OutBytes.Value() }},
	}
}

// CounterColumns returns four columns of message and byte totals. Tables show
// them if no rates were measured.
func CounterColumns[R any](rates bool, counters func(R) fleet.Counters) []Column[R] {
	return []Column[R]{
		{Name: "in_msgs", Title: "In msgs", Short: "In", Help: "Messages received since it started.", Unit: Count, Wide: rates, Sum: true, Value: func(r R) any { return counters(r).InMsgs }},
		{Name: "out_msgs", Title: "Out msgs", Short: "Out", Help: "Messages sent since it started.", Unit: Count, Wide: rates, Sum: true, Value: func(r R) any { return counters(r).OutMsgs }},
		{Name: "in_bytes", Title: "In bytes", Short: "InB", Help: "Bytes received since it started.", Unit: Bytes, Wide: rates, Sum: true, Value: func(r R) any { return counters(r).InBytes }},
		{Name: "out_bytes", Title: "Out bytes", Short: "OutB", Help: "Bytes sent since it started.", Unit: Bytes, Wide: rates, Sum: true, Value: func(r R) any { return counters(r).OutBytes }},
	}
}

// serverColumns name the server of a row.
func serverColumns[R any](server func(R) *fleet.Server) []Column[R] {
	return []Column[R]{
		{Name: "server", Title: "Server", Help: "Server name.", Value: func(r R) any { return server(r).Info.Name }},
		{Name: "cluster", Title: "Cluster", Help: "Cluster of the server.", Value: func(r R) any { return server(r).Info.Cluster }},
	}
}

// reported returns a value, or nil if a server of this version does not report
// it.
func reported(sv *fleet.Server, f fleet.Field, v any) any {
	if !fleet.Reports(sv.Info.Version, f) {
		return nil
	}
	return v
}

// unlessEmpty returns a text, or nil if it is empty because an old server did
// not send it.
func unlessEmpty(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// optional makes a column optional: its value is nil, without a mark, in rows that
// do not have it.
func optional[R any](c Column[R], has func(R) bool) Column[R] {
	value, level := c.Value, c.Level
	c.Value = func(r R) any {
		if !has(r) {
			return nil
		}
		return value(r)
	}
	if level != nil {
		c.Level = func(r R) Level {
			if !has(r) {
				return fleet.OK
			}
			return level(r)
		}
	}
	return c
}

// allOptional makes columns optional that a row has all or none of.
func allOptional[R any](cols []Column[R], has func(R) bool) []Column[R] {
	out := make([]Column[R], len(cols))
	for i, c := range cols {
		out[i] = optional(c, has)
	}
	return out
}

// instant returns a time, or nil for the zero time, which means never.
func instant(t time.Time) any {
	if t.IsZero() || t.Unix() <= 0 {
		return nil
	}
	return t
}

// positive returns a value, or nil for a zero that means "none".
func positive[N int | int64 | uint64 | float64](v N) any {
	if v <= 0 {
		return nil
	}
	return v
}

// byLimit judges a value by the threshold of a check, so that a mark in a table
// and the check agree.
func byLimit(limit string, v any) Level {
	f, ok := number(v)
	if !ok {
		return fleet.OK
	}
	level, _ := checks.DefaultRange(limit).Judge(f)
	return level
}
