package link

import (
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/natsctl/natsctl/internal/broker/plan"
)

// Fabric is all links between the servers of a cluster, each through a [door] where faults can disturb it. Safe for
// concurrent use.
type Fabric struct {
	run    context.Context // the lifetime of the doors
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu     sync.Mutex
	groups map[string][]string // a node, cluster or leaf group -> nodes
	doors  map[plan.Link]*door
	lanes  map[way]*lane
	faults map[int]Fault
	timers map[int]*time.Timer
	lastID int
}

// Open opens a door for each link of the plan. The context is not kept: Close ends the fabric.
func Open(ctx context.Context, p plan.Plan) (*Fabric, error) {
	f := &Fabric{doors: map[plan.Link]*door{}, lanes: map[way]*lane{}, faults: map[int]Fault{}, timers: map[int]*time.Timer{}}
	f.run, f.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if err := f.Extend(ctx, p); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Extend opens the doors of a plan that are not open yet; active faults apply to its nodes too.
func (f *Fabric) Extend(ctx context.Context, p plan.Plan) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.groups = p.Groups()
	for _, l := range p.Links() {
		if f.doors[l] != nil {
			continue
		}
		var lc net.ListenConfig
		ln, err := lc.Listen(ctx, "tcp", plan.Loopback+":0")
		if err != nil {
			return fmt.Errorf("open a door from %s to %s: %w", l.From, l.To, err)
		}
		d := &door{
			link: l, target: p.Node(l.To).Addr(l.Role), l: ln, conns: map[net.Conn]bool{},
			out: f.lane(wayOf(l)), in: f.lane(wayOf(l).back()),
		}
		f.doors[l] = d
		f.wg.Go(func() { d.serve(f.run) })
	}
	f.apply()
	return nil
}

func (f *Fabric) lane(w way) *lane {
	if f.lanes[w] == nil {
		f.lanes[w] = newLane()
	}
	return f.lanes[w]
}

// Addrs returns the address of each link's door.
func (f *Fabric) Addrs() map[plan.Link]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := map[plan.Link]string{}
	for l, d := range f.doors {
		out[l] = d.l.Addr().String()
	}
	return out
}

// Inject begins a fault and returns it with its id.
func (f *Fabric) Inject(x Fault) (Fault, error) {
	if err := x.Check(); err != nil {
		return x, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.known(x.A, x.B); err != nil {
		return x, err
	}
	f.lastID++
	x.ID, x.Since = f.lastID, time.Now()
	if x.Kind == Drop {
		f.cut(x)
		return x, nil
	}
	f.faults[x.ID] = x
	if x.For > 0 {
		f.timers[x.ID] = time.AfterFunc(x.For, func() { f.Heal(x.ID) }) //nolint:errcheck // it may be healed already
	}
	f.apply()
	return x, nil
}

// known returns an error unless a node, cluster or leaf group has the name.
func (f *Fabric) known(selectors ...string) error {
	for _, s := range selectors {
		if _, ok := f.groups[s]; !ok && s != "" {
			return fmt.Errorf("%w: no such node, cluster or leaf group %q (known: %s)", ErrFault, s, strings.Join(slices.Sorted(maps.Keys(f.groups)), ", "))
		}
	}
	return nil
}

// Heal ends the faults with the given ids, or all without ids, and returns how many it ended.
func (f *Fabric) Heal(ids ...int) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(ids) == 0 {
		ids = slices.Collect(maps.Keys(f.faults))
	}
	for _, id := range ids {
		if _, ok := f.faults[id]; !ok {
			return 0, fmt.Errorf("no such %w: %d", ErrFault, id)
		}
	}
	for _, id := range ids {
		if x := f.faults[id]; x.OneWay && x.Kind == Partition {
			defer f.cut(x) // lost bytes cannot be sent later: the connections must be reopened
		}
		if t := f.timers[id]; t != nil {
			t.Stop()
		}
		delete(f.timers, id)
		delete(f.faults, id)
	}
	f.apply()
	return len(ids), nil
}

// List returns the active faults by id.
func (f *Fabric) List() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.SortedFunc(maps.Values(f.faults), func(a, b Fault) int { return a.ID - b.ID })
}

// apply computes the combined effect of all faults on each lane, and closes the connections of cut ones. The caller holds mu.
func (f *Fabric) apply() {
	effects := map[way]effect{}
	for _, x := range f.faults {
		for w := range f.ways(x) {
			effects[w] = effects[w].add(x, false)
			effects[w.back()] = effects[w.back()].add(x, true)
		}
	}
	for w, l := range f.lanes {
		l.set(effects[w])
	}
	for _, d := range f.doors {
		if effects[wayOf(d.link)].cut {
			d.cut()
		}
	}
}

// cut closes the connections between the two sides of a fault once.
func (f *Fabric) cut(x Fault) {
	ways := f.ways(x)
	for _, d := range f.doors {
		if ways[wayOf(d.link)] || ways[wayOf(d.link).back()] {
			d.cut()
		}
	}
}

// ways returns the directions from side A to side B of a fault.
func (f *Fabric) ways(x Fault) map[way]bool {
	out := map[way]bool{}
	inA := f.groups[x.A]
	for w := range f.lanes {
		other := slices.Contains(f.groups[x.B], w.to)
		if x.B == "" {
			other = !slices.Contains(inA, w.to)
		}
		if other && slices.Contains(inA, w.from) {
			out[w] = true
		}
	}
	return out
}

// Close closes all doors and waits until their goroutines have ended.
func (f *Fabric) Close() {
	f.mu.Lock()
	for _, t := range f.timers {
		t.Stop()
	}
	doors := maps.Clone(f.doors)
	f.mu.Unlock()
	f.cancel()
	for _, d := range doors {
		d.close()
	}
	f.wg.Wait()
}
