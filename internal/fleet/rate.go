package fleet

import (
	"encoding/json"
	"strconv"
)

// Rate is how fast a counter grew between two snapshots. The zero value is "not
// known": one of the two answers is missing, the server restarted, or the
// counter went down. In JSON it is null, or else a number of units per second.
type Rate struct {
	PerSecond float64
	Increase  float64 // over the whole interval
	Known     bool
}

// Value returns the rate per second, or nil when it is unknown, as table
// columns expect it.
func (r Rate) Value() any {
	if !r.Known {
		return nil
	}
	return r.PerSecond
}

// MarshalJSON writes a number, or null when the rate is not known.
func (r Rate) MarshalJSON() ([]byte, error) {
	if !r.Known {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, r.PerSecond, 'f', -1, 64), nil
}

// UnmarshalJSON reads what MarshalJSON writes; Increase is not in it.
func (r *Rate) UnmarshalJSON(data []byte) error {
	*r = Rate{}
	if string(data) == "null" {
		return nil
	}
	if err := json.Unmarshal(data, &r.PerSecond); err != nil {
		return err
	}
	r.Known = true
	return nil
}

// plus adds two rates; the sum is known only if both are.
func (r Rate) plus(o Rate) Rate {
	if !r.Known || !o.Known {
		return Rate{}
	}
	return Rate{PerSecond: r.PerSecond + o.PerSecond, Increase: r.Increase + o.Increase, Known: true}
}

// number is any numeric type of the wire types.
type number interface{ int | int64 | uint64 | uint32 }

// counterRate is the rate of a counter, which never goes down: unknown if it
// did, or if no time has passed. A negative counter has overflowed.
func counterRate[T number](before, after T, elapsed float64) Rate {
	if elapsed <= 0 || before < 0 || after < before {
		return Rate{}
	}
	return perSecond(float64(after-before), elapsed)
}

// gaugeRate is the change of a value that may also fall.
func gaugeRate[T number](before, after T, elapsed float64) Rate {
	if elapsed <= 0 {
		return Rate{}
	}
	return perSecond(float64(after)-float64(before), elapsed)
}

func perSecond(increase, elapsed float64) Rate {
	return Rate{PerSecond: increase / elapsed, Increase: increase, Known: true}
}

// Traffic is the flow of messages over something, seen from the server that
// reports it: in is what the server received.
type Traffic struct {
	InMsgs   Rate `json:"in_msgs_per_second"`
	OutMsgs  Rate `json:"out_msgs_per_second"`
	InBytes  Rate `json:"in_bytes_per_second"`
	OutBytes Rate `json:"out_bytes_per_second"`
}

// Known reports whether all four rates are known.
func (t Traffic) Known() bool {
	return t.InMsgs.Known && t.OutMsgs.Known && t.InBytes.Known && t.OutBytes.Known
}

// Plus adds two flows; a rate of the sum is known only if both are.
func (t Traffic) Plus(o Traffic) Traffic {
	return Traffic{
		InMsgs: t.InMsgs.plus(o.InMsgs), OutMsgs: t.OutMsgs.plus(o.OutMsgs),
		InBytes: t.InBytes.plus(o.InBytes), OutBytes: t.OutBytes.plus(o.OutBytes),
	}
}

// Counters are the totals that a [Traffic] is the rate of.
type Counters struct {
	InMsgs   int64 `json:"in_msgs"`
	OutMsgs  int64 `json:"out_msgs"`
	InBytes  int64 `json:"in_bytes"`
	OutBytes int64 `json:"out_bytes"`
}

// Plus adds two sets of counters.
func (c Counters) Plus(o Counters) Counters {
	return Counters{
		InMsgs: c.InMsgs + o.InMsgs, OutMsgs: c.OutMsgs + o.OutMsgs,
		InBytes: c.InBytes + o.InBytes, OutBytes: c.OutBytes + o.OutBytes,
	}
}

// rates compares two sets of counters of the same thing. If one of them was
// reset, all are unknown, because they are reset together.
func (c Counters) rates(before Counters, elapsed float64) Traffic {
	t := Traffic{
		InMsgs:   counterRate(before.InMsgs, c.InMsgs, elapsed),
		OutMsgs:  counterRate(before.OutMsgs, c.OutMsgs, elapsed),
		InBytes:  counterRate(before.InBytes, c.InBytes, elapsed),
		OutBytes: counterRate(before.OutBytes, c.OutBytes, elapsed),
	}
	if !t.Known() {
		return Traffic{}
	}
	return t
}
