package fleet

import (
	"cmp"
	"slices"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// OriginRow is one stream that another stream mirrors or sources, as the leader
// of the latter reports it.
type OriginRow struct {
	Domain, Account string // of the mirror or sourcing stream
	AccountID       string // what servers call the account
	Stream          string // that copies
	Server          *Server
	Role            string // mirror or source
	Name            string // the origin stream
	External        string // API prefix of another account or domain; empty for the same one
	Filter          string // subjects that are copied; empty for all
	Lag             uint64 // messages of the origin that are not yet copied
	Heard           bool   // anything was received from the origin, including heartbeats
	IdleSeconds     float64
	Error           string // error text of the server; empty if none
	Level           Level
	State           string // "ok", or a description of the problem
}

// originSilence is how long an origin may send nothing: it sends a heartbeat
// every second, and the server checks for a stall every ten (nats-server,
// stream.go).
const originSilence = time.Minute

// OriginRows returns every mirror and source of the fleet, worst first, then by
// account, stream and origin.
func OriginRows(s *Snapshot) []*OriginRow {
	var rows []*OriginRow
	for _, r := range StreamRows(s, nil) {
		rows = append(rows, r.Origins...)
	}
	slices.SortStableFunc(rows, func(a, b *OriginRow) int {
		return cmp.Or(b.Level.Compare(a.Level), cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.Account, b.Account),
			cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Filter, b.Filter))
	})
	return rows
}

// originsOf returns the origins of a stream. Only the leader copies, so only
// the leader reports them.
func originsOf(r *StreamRow, s *Snapshot) (rows []*OriginRow) {
	if !r.Known {
		return nil
	}
	if m := r.Detail.Mirror; m != nil {
		rows = append(rows, newOrigin(r, s, "mirror", m))
	}
	for _, o := range r.Detail.Sources {
		if o != nil {
			rows = append(rows, newOrigin(r, s, "source", o))
		}
	}
	return rows
}

func newOrigin(r *StreamRow, s *Snapshot, role string, o *server.StreamSourceInfo) *OriginRow {
	row := &OriginRow{
		Domain: r.Domain, Account: r.Account, AccountID: r.AccountID, Stream: r.Name, Server: r.Server, Role: role, Name: o.Name, Filter: o.FilterSubject, Lag: o.Lag,
		Heard: o.Active >= 0, State: "ok", // the server writes -1 for never
	}
	if row.Heard {
		row.IdleSeconds = o.Active.Seconds()
	}
	if o.External != nil {
		row.External = o.External.ApiPrefix
	}
	for _, t := range o.SubjectTransforms {
		row.Filter = cmp.Or(row.Filter, t.Source)
	}
	if o.Error != nil {
		row.Error = cmp.Or(o.Error.Description, "error")
	}
	row.judge(young(r.Detail.Created, r.Server, s))
	return row
}

// judge sets the state of an origin; a new stream may not be connected to it
// yet.
func (r *OriginRow) judge(young bool) {
	switch {
	case young:
	case r.Error != "":
		r.Level, r.State = Warn, r.Error
	case !r.Heard:
		r.Level, r.State = Warn, "never reached"
	case r.IdleSeconds >= originSilence.Seconds():
		r.Level, r.State = Warn, "not heard from for "+Lasting(r.IdleSeconds)
	}
}
