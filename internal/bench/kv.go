package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync/atomic"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/stamp"
)

// kvRun gets, puts and compares-and-sets the keys of a bucket. Each client has
// separate keys, so that it knows which value to expect and which revision a
// compare-and-set needs.
type kvRun struct {
	*run
	bucket  string
	clients clientGroup
}

func (v *kvRun) setup(ctx context.Context) error {
	if err := v.openBucket(ctx); err != nil {
		return err
	}
	for i := range v.spec.Pubs {
		act, err := v.newKeyAction(i)
		if err != nil {
			return err
		}
		a, err := newClient(v.run, i, fmt.Sprintf("client-%d", i+1), act, 1)
		if err != nil {
			return err
		}
		act.nc = a.link.nc
		v.clients = append(v.clients, a)
	}
	return nil
}

// openBucket opens or creates the bucket; a created one is removed at the end.
func (v *kvRun) openBucket(ctx context.Context) error {
	l, err := v.link("admin")
	if err != nil {
		return err
	}
	js, err := v.api.open(l.nc)
	if err != nil {
		return err
	}
	if v.bucket = v.spec.KV.Name; v.bucket != "" {
		bucket, err := js.KeyValue(ctx, v.bucket)
		if err == nil {
			return v.adoptBucket(ctx, js, bucket)
		}
		if !errors.Is(err, jetstream.ErrBucketNotFound) {
			return fmt.Errorf("bucket %s: %w", v.bucket, err)
		}
	} else {
		v.bucket = "natsctl_bench_" + v.id
	}
	if _, err := js.CreateKeyValue(ctx, jetstream.KeyValueConfig{
		Bucket: v.bucket, Description: description, Metadata: v.mark(),
		Storage: storageType(v.spec.KV.Storage), Replicas: v.spec.KV.Replicas,
	}); err != nil {
		return fmt.Errorf("create bucket %s: %w", v.bucket, err)
	}
	name := v.bucket
	v.onClose("bucket "+name, func(ctx context.Context) error { return js.DeleteKeyValue(ctx, name) })
	return nil
}

// keyPrefix returns the prefix of all keys of a run, which keeps them apart from
// existing keys.
func (v *kvRun) keyPrefix() string { return "bench." + v.id + "." }

// adoptBucket uses an existing bucket. Existing values are not changed: the run has
// separate keys, which are purged at the end.
func (v *kvRun) adoptBucket(ctx context.Context, js jetstream.JetStream, bucket jetstream.KeyValue) error {
	stream, err := js.Stream(ctx, "KV_"+v.bucket)
	if err != nil {
		return fmt.Errorf("bucket %s: %w", v.bucket, err)
	}
	var found []string
	if stream.CachedInfo().Config.MaxBytes > 0 {
		found = append(found, "at its size limit it refuses the values of the application")
	}
	if err := v.refuseHazards("bucket", bucket.Bucket(), found); err != nil {
		return err
	}
	prefix := v.keyPrefix()
	v.onClose("keys "+prefix+">", func(ctx context.Context) error {
		return stream.Purge(ctx, jetstream.WithPurgeSubject("$KV."+v.bucket+"."+prefix+">"))
	})
	return nil
}

// probe puts every key once, so that every get finds a value.
func (v *kvRun) probe(ctx context.Context) error {
	for _, a := range v.clients {
		k := a.act.(*keyAction)
		js, err := filler(v.run, k.nc)
		if err != nil {
			return err
		}
		futures := make([]jetstream.PubAckFuture, len(k.puts))
		for i, subject := range k.puts {
			if futures[i], err = js.PublishAsync(subject, k.pool.Next(stamp.Stamp{Flags: stamp.Probe}), jetstream.WithStallWait(v.timeout())); err != nil {
				return fmt.Errorf("put keys: %w", err)
			}
		}
		for i, f := range futures {
			select {
			case ack := <-f.Ok():
				k.revisions[i].Store(ack.Sequence)
			case err := <-f.Err():
				return fmt.Errorf("put keys: %w", err)
			case <-ctx.Done():
				return fmt.Errorf("put keys: %w", context.Cause(ctx))
			}
		}
	}
	return nil
}

func (v *kvRun) workers(context.Context) []worker { return v.clients.workers() }
func (v *kvRun) missing(_ context.Context) int64  { return v.clients.missing() }

func (v *kvRun) addCounts(_ context.Context, rep *report) {
	v.clients.addCounts(rep, true)
	rep.KV = &result.BucketUse{Bucket: v.bucket}
	for _, a := range v.clients {
		k := a.act.(*keyAction)
		rep.KV.Gets += k.done[opGet]
		rep.KV.Puts += k.done[opPut]
		rep.KV.CAS += k.done[opCAS]
		rep.KV.Conflicts += k.conflicts
		rep.KV.Stale += k.stale
		rep.Corrupt += k.corrupt
	}
}

// The operations of the mix.
const (
	opGet = iota
	opPut
	opCAS
	ops
)

// keyAction performs operations on a bucket.
type keyAction struct {
	*requestAction
	puts, gets []string // subjects, by key
	revisions  []atomic.Uint64
	mix        []uint8 // operations, in order
	keys       *subjects
	header     nats.Header

	// the receiving side
	done             [ops]int64
	conflicts, stale int64
}

func (v *kvRun) newKeyAction(id int) (*keyAction, error) {
	base, err := newRequestAction(v.run, id)
	if err != nil {
		return nil, err
	}
	k := &keyAction{requestAction: base, header: nats.Header{}}
	for i := id; i < v.spec.KV.Keys; i += v.spec.Pubs {
		subject := "$KV." + v.bucket + "." + v.keyPrefix() + strconv.Itoa(i)
		k.puts = append(k.puts, v.api.values()+subject)
		k.gets = append(k.gets, v.api.subjects()+"DIRECT.GET.KV_"+v.bucket+"."+subject)
	}
	k.revisions = make([]atomic.Uint64, len(k.puts))
	k.keys = &subjects{names: k.puts, order: order(len(k.puts), v.spec.Dist, v.spec.Seed+uint64(id))}
	for op, n := range []int{v.spec.KV.Get, v.spec.KV.Put, v.spec.KV.CAS} {
		for range n {
			k.mix = append(k.mix, uint8(op))
		}
	}
	rand.New(rand.NewPCG(v.spec.Seed, 0x6d6978)).Shuffle(len(k.mix), func(i, j int) { k.mix[i], k.mix[j] = k.mix[j], k.mix[i] })
	return k, nil
}

// aux packs operation (2 bits), key (22) and the minimum revision that a get must
// return (40).
func (k *keyAction) aux(n uint64) uint64 {
	key := uint64(k.keys.index())
	return uint64(k.mix[n%uint64(len(k.mix))]) | key<<2 | k.revisions[key].Load()<<24
}

func unpack(aux uint64) (op, key int, revision uint64) {
	return int(aux & 3), int(aux >> 2 & (1<<22 - 1)), aux >> 24
}

func (k *keyAction) send(m message, reply string) error {
	op, key, revision := unpack(m.aux)
	if op == opGet {
		return k.nc.PublishRequest(k.gets[key], reply, nil)
	}
	p := k.pool.Next(stamp.Stamp{Worker: k.id, Seq: m.n, Flags: m.flags, Intended: m.due, Lag: m.lag})
	if op == opPut {
		return k.nc.PublishRequest(k.puts[key], reply, p)
	}
	k.header["Nats-Expected-Last-Subject-Sequence"] = []string{strconv.FormatUint(revision, 10)}
	return k.nc.PublishMsg(&nats.Msg{Subject: k.puts[key], Reply: reply, Header: k.header, Data: p})
}

// errWrongLast is JetStream's error code for a failed compare-and-set.
const errWrongLast = 10071

func (k *keyAction) answer(m *nats.Msg, aux uint64, measured bool) error {
	op, key, revision := unpack(aux)
	if measured {
		k.done[op]++
	}
	if op == opGet {
		return k.got(m, revision, measured)
	}
	seq, _, err := readAck(m)
	var api *apiError
	if errors.As(err, &api) && api.ErrCode == errWrongLast {
		if measured {
			k.conflicts++
		}
		return nil // an answer like any other
	}
	if err != nil {
		return err
	}
	for {
		old := k.revisions[key].Load()
		if seq <= old || k.revisions[key].CompareAndSwap(old, seq) {
			return nil
		}
	}
}

// got checks the reply to a get: the value must exist, and must not be older than
// the last put that was acknowledged before the get.
func (k *keyAction) got(m *nats.Msg, revision uint64, measured bool) error {
	if status := m.Header.Get("Status"); status != "" {
		return fmt.Errorf("get: status %s %s: %w", status, m.Header.Get("Description"), errAck)
	}
	seq, err := strconv.ParseUint(m.Header.Get("Nats-Sequence"), 10, 64)
	if err != nil {
		return fmt.Errorf("get: %w", errAck)
	}
	if measured && seq&(1<<40-1) < revision {
		k.stale++
	}
	if measured && !stamp.Intact(m.Data) {
		k.corrupt++
	}
	return nil
}
