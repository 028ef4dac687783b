package own

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
	"github.com/natsctl/natsctl/internal/sys/failure"
)

// Source is a source of what a user of any account can see of it: the
// connections and the traffic on each server, and through the JetStream API
// its streams and consumers. It answers CONNZ, ACCOUNT.STATZ and JSZ, the
// first server that leads a stream holding it; other kinds are not requested,
// and no server holds STATZ. It is safe for concurrent use.
type Source struct {
	asker Asker
	known *roster
}

// Source returns the source of what the connection's own account can see. It
// remembers which servers answered, so that it waits for a late one.
func (a Asker) Source() Source { return Source{a, newRoster()} }

// maxOwnStreams is for how many streams one snapshot requests consumers: each
// takes a separate request.
const maxOwnStreams = 256

// Snapshot implements [fleet.Source]. It holds only what belongs to the account,
// so no server is reported as missing; a server that answered before but not now
// is among the problems.
func (o Source) Snapshot(ctx context.Context, want fleet.Want) (*fleet.Snapshot, error) {
	mine := fleet.Want{Kinds: []fleet.Kind{fleet.AccountStatz}, Conns: want.Conns, JS: want.JS}
	for _, k := range []fleet.Kind{fleet.Connz, fleet.Jsz} {
		if want.Has(k) {
			mine.Kinds = append(mine.Kinds, k)
		}
	}
	own, err := o.asker.account(ctx, mine, o.known)
	if err != nil {
		return nil, err
	}
	s := own.Snapshot
	if len(s.Servers) == 0 && own.JetStream == nil && len(own.Denied) > 0 {
		return nil, own.Denied[0]
	}
	s.Problems = append(s.Problems, own.problems()...)
	s.Own = &fleet.Own{Account: o.asker.Conn.NC.RemoteAccount(), User: own.User, JetStream: own.JetStream}
	if own.User != nil {
		s.Own.Account = own.User.Account
	}
	if want.Has(fleet.Jsz) && own.JetStream != nil && len(s.Servers) > 0 {
		if err := o.streams(ctx, s, want.JS); err != nil {
			return nil, err
		}
		now := time.Now().UTC()
		s.TookSeconds += now.Sub(s.Time).Seconds()
		s.Time = now
	}
	return s, nil
}

// streams adds the account's streams to the servers that lead them.
func (o Source) streams(ctx context.Context, s *fleet.Snapshot, want fleet.JSWant) error {
	list, missing, err := o.listStreams(ctx)
	if err != nil {
		return o.problem(ctx, s, err)
	}
	for _, name := range missing {
		s.Problems = append(s.Problems, fleet.Problem{Server: s.AskedBy, Kind: fleet.Jsz, Reason: fleet.Late, Detail: "stream " + name + " did not answer"})
	}
	details := make([]server.StreamDetail, len(list))
	for i, st := range list {
		details[i] = server.StreamDetail{Name: st.Config.Name, Created: st.Created, Cluster: st.Cluster, State: st.State, Config: &st.Config, Mirror: st.Mirror, Sources: st.Sources}
	}
	if want.Consumers {
		if err := o.consumers(ctx, s, details); err != nil {
			return err
		}
	}
	for i := range details {
		o.place(s, details[i])
	}
	return nil
}

// problem records that JetStream could not be queried; it returns an error only
// when ctx has ended.
func (Source) problem(ctx context.Context, s *fleet.Snapshot, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	p := fleet.Problem{Server: s.AskedBy, Kind: fleet.Jsz, Reason: fleet.Refused, Detail: err.Error()}
	var silent *failure.SilentError
	if errors.As(err, &silent) || errors.Is(err, nats.ErrNoResponders) {
		p.Reason = fleet.Late
	}
	s.Problems = append(s.Problems, p)
	return nil
}

// place adds a stream to the server that leads it. A server without other answers
// is identified by its name, since its id is unknown.
func (Source) place(s *fleet.Snapshot, d server.StreamDetail) {
	leader, domain := s.Servers[0].Info.Name, s.Own.JetStream.Domain
	if d.Cluster != nil && d.Cluster.Leader != "" {
		leader = d.Cluster.Leader
	}
	i := slices.IndexFunc(s.Servers, func(sv *fleet.Server) bool { return sv.Info.Name == leader && sv.Info.Domain == domain })
	if i < 0 {
		i = len(s.Servers)
		s.Servers = append(s.Servers, &fleet.Server{Info: server.ServerInfo{ID: leader, Name: leader, Domain: domain}})
	}
	to := s.Servers[i]
	if to.Jsz == nil {
		to.Jsz = &server.JSInfo{ID: to.Info.ID, Now: time.Now().UTC(), AccountDetails: []*server.AccountDetail{{Name: s.Own.Account, Id: s.Own.Account}}}
	}
	to.Jsz.AccountDetails[0].Streams = append(to.Jsz.AccountDetails[0].Streams, d)
}

// listStreams pages through the account's streams; missing lists those whose
// leader did not answer.
func (o Source) listStreams(ctx context.Context) (list []*server.StreamInfo, missing []string, err error) {
	for {
		var page server.JSApiStreamListResponse
		request := server.JSApiStreamListRequest{ApiPagedRequest: server.ApiPagedRequest{Offset: len(list)}}
		if err := o.api(ctx, server.JSApiStreamList, request, &page, &page.ApiResponse); err != nil {
			return nil, nil, err
		}
		list, missing = append(list, page.Streams...), append(missing, page.Missing...)
		if len(page.Streams) == 0 || len(list) >= page.Total {
			return list, missing, nil
		}
	}
}

// consumers requests the consumers of the streams that have any, several streams
// at once.
func (o Source) consumers(ctx context.Context, s *fleet.Snapshot, details []server.StreamDetail) error {
	var with []*server.StreamDetail
	for i := range details {
		if details[i].State.Consumers > 0 {
			with = append(with, &details[i])
		}
	}
	slices.SortStableFunc(with, func(a, b *server.StreamDetail) int {
		return cmp.Compare(b.State.LastTime.UnixNano(), a.State.LastTime.UnixNano())
	})
	if len(with) > maxOwnStreams {
		s.Problems = append(s.Problems, fleet.Problem{
			Server: s.AskedBy, Kind: fleet.Jsz, Reason: fleet.Truncated,
			Detail: fmt.Sprintf("the consumers of %d streams were not requested: those without changes for the longest time", len(with)-maxOwnStreams),
		})
		with = with[:maxOwnStreams]
	}
	var all errgroup.Group
	all.SetLimit(o.asker.Workers)
	failed := make([]error, len(with))
	for i, d := range with {
		all.Go(func() error {
			d.Consumer, failed[i] = o.listConsumers(ctx, d.Name)
			return nil
		})
	}
	_ = all.Wait() // the errors are in failed
	for i, err := range failed {
		if err == nil {
			continue
		}
		if err := o.problem(ctx, s, fmt.Errorf("consumers of %s: %w", with[i].Name, err)); err != nil {
			return err
		}
	}
	return nil
}

func (o Source) listConsumers(ctx context.Context, stream string) (list []*server.ConsumerInfo, err error) {
	subject := fmt.Sprintf(server.JSApiConsumerListT, stream)
	for {
		var page server.JSApiConsumerListResponse
		request := server.JSApiConsumersRequest{ApiPagedRequest: server.ApiPagedRequest{Offset: len(list)}}
		if err := o.api(ctx, subject, request, &page, &page.ApiResponse); err != nil {
			return nil, err
		}
		list = append(list, page.Consumers...)
		if len(page.Consumers) == 0 || len(list) >= page.Total {
			return list, nil
		}
	}
}

// api sends a JetStream API request and reads the answer; head is the part of it
// that may hold an error.
func (o Source) api(ctx context.Context, subject string, request, answer any, head *server.ApiResponse) error {
	body, err := json.Marshal(request)
	if err != nil {
		return fmt.Errorf("encode a request: %w", err)
	}
	msg, err := o.asker.Conn.Request(ctx, o.asker.Timeout, &nats.Msg{Subject: subject, Data: body})
	if err != nil {
		return fmt.Errorf("ask %s: %w", subject, err)
	}
	if err := json.Unmarshal(endpoint.Masked(msg.Data), answer); err != nil {
		return fmt.Errorf("read %s: %w", subject, err)
	}
	if head.Error != nil {
		return fmt.Errorf("%w: ask %s: %s", failure.ErrRefused, subject, endpoint.Reason(head.Error))
	}
	return nil
}
