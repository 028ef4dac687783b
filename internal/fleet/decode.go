package fleet

import (
	"encoding/json"
	"fmt"
	"slices"
)

// DecodeSnapshot reads the JSON form of a snapshot. Null list members are
// dropped.
func DecodeSnapshot(line []byte) (*Snapshot, error) {
	s := &Snapshot{}
	if err := json.Unmarshal(line, s); err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	s.Servers = slices.DeleteFunc(s.Servers, func(sv *Server) bool { return sv == nil })
	for _, sv := range s.Servers {
		sv.dropNil()
	}
	return s, nil
}

// dropNil removes list members that were null in JSON.
func (sv *Server) dropNil() {
	if sv.Connz != nil {
		sv.Connz.Conns = compact(sv.Connz.Conns)
	}
	if sv.Routez != nil {
		sv.Routez.Routes = compact(sv.Routez.Routes)
	}
	if sv.Leafz != nil {
		sv.Leafz.Leafs = compact(sv.Leafz.Leafs)
	}
	if sv.AccountStatz != nil {
		sv.AccountStatz.Accounts = compact(sv.AccountStatz.Accounts)
	}
	if sv.Statsz != nil {
		sv.Statsz.Routes = compact(sv.Statsz.Routes)
		sv.Statsz.Gateways = compact(sv.Statsz.Gateways)
	}
	if sv.Jsz == nil {
		return
	}
	sv.Jsz.AccountDetails = compact(sv.Jsz.AccountDetails)
	for _, acc := range sv.Jsz.AccountDetails {
		for i := range acc.Streams {
			acc.Streams[i].Consumer = compact(acc.Streams[i].Consumer)
		}
	}
}

func compact[T any](list []*T) []*T {
	return slices.DeleteFunc(list, func(p *T) bool { return p == nil })
}
