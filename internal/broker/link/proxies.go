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

// Proxies is all links between the servers of a cluster, each through a [proxy] where faults can disturb it. Safe for
// concurrent use.
type Proxies struct {
	run    context.Context // the lifetime of the proxies
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu      sync.Mutex
	groups  map[string][]string // a node, cluster or leaf group -> nodes
	proxies map[plan.Link]*proxy
	paths   map[direction]*path
	faults  map[int]Fault
	timers  map[int]*time.Timer
	lastID  int
}

// Open opens a proxy for each link of the plan. The context is not kept: Close closes the proxies.
func Open(ctx context.Context, p plan.Plan) (*Proxies, error) {
	f := &Proxies{proxies: map[plan.Link]*proxy{}, paths: map[direction]*path{}, faults: map[int]Fault{}, timers: map[int]*time.Timer{}}
	f.run, f.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if err := f.Extend(ctx, p); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Extend opens the proxies of a plan that are not open yet; active faults apply to its nodes too.
func (ps *Proxies) Extend(ctx context.Context, p plan.Plan) error {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.groups = p.Groups()
	for _, l := range p.Links() {
		if ps.proxies[l] != nil {
			continue
		}
		var lc net.ListenConfig
		ln, err := lc.Listen(ctx, "tcp", plan.Loopback+":0")
		if err != nil {
			return fmt.Errorf("open a proxy from %s to %s: %w", l.From, l.To, err)
		}
		d := &proxy{
			link: l, target: p.Node(l.To).Addr(l.Role), l: ln, conns: map[net.Conn]bool{},
			out: ps.path(directionOf(l)), in: ps.path(directionOf(l).reverse()),
		}
		ps.proxies[l] = d
		ps.wg.Go(func() { d.serve(ps.run) })
	}
	ps.apply()
	return nil
}

func (ps *Proxies) path(w direction) *path {
	if ps.paths[w] == nil {
		ps.paths[w] = newPath()
	}
	return ps.paths[w]
}

// Addrs returns the address of each link's proxy.
func (ps *Proxies) Addrs() map[plan.Link]string {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	out := map[plan.Link]string{}
	for l, d := range ps.proxies {
		out[l] = d.l.Addr().String()
	}
	return out
}

// Inject begins a fault and returns it with its id.
func (ps *Proxies) Inject(x Fault) (Fault, error) {
	if err := x.Check(); err != nil {
		return x, err
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if err := ps.known(x.A, x.B); err != nil {
		return x, err
	}
	ps.lastID++
	x.ID, x.Since = ps.lastID, time.Now()
	if x.Kind == Drop {
		ps.cut(x)
		return x, nil
	}
	ps.faults[x.ID] = x
	if x.For > 0 {
		ps.timers[x.ID] = time.AfterFunc(x.For, func() { ps.Heal(x.ID) }) //nolint:errcheck // it may be healed already
	}
	ps.apply()
	return x, nil
}

// known returns an error unless a node, cluster or leaf group has the name.
func (ps *Proxies) known(selectors ...string) error {
	for _, s := range selectors {
		if _, ok := ps.groups[s]; !ok && s != "" {
			return fmt.Errorf("%w: no such node, cluster or leaf group %q (known: %s)", ErrFault, s, strings.Join(slices.Sorted(maps.Keys(ps.groups)), ", "))
		}
	}
	return nil
}

// Heal ends the faults with the given ids, or all without ids, and returns how many it ended.
func (ps *Proxies) Heal(ids ...int) (int, error) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if len(ids) == 0 {
		ids = slices.Collect(maps.Keys(ps.faults))
	}
	for _, id := range ids {
		if _, ok := ps.faults[id]; !ok {
			return 0, fmt.Errorf("no such %w: %d", ErrFault, id)
		}
	}
	for _, id := range ids {
		if x := ps.faults[id]; x.OneWay && x.Kind == Partition {
			defer ps.cut(x) // lost bytes cannot be sent later: the connections must be reopened
		}
		if t := ps.timers[id]; t != nil {
			t.Stop()
		}
		delete(ps.timers, id)
		delete(ps.faults, id)
	}
	ps.apply()
	return len(ids), nil
}

// List returns the active faults by id.
func (ps *Proxies) List() []Fault {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	return slices.SortedFunc(maps.Values(ps.faults), func(a, b Fault) int { return a.ID - b.ID })
}

// apply computes the combined effect of all faults on each path, and closes the connections of cut ones. The caller holds mu.
func (ps *Proxies) apply() {
	effects := map[direction]effect{}
	for _, x := range ps.faults {
		for w := range ps.directions(x) {
			effects[w] = effects[w].add(x, false)
			effects[w.reverse()] = effects[w.reverse()].add(x, true)
		}
	}
	for w, l := range ps.paths {
		l.set(effects[w])
	}
	for _, d := range ps.proxies {
		if effects[directionOf(d.link)].cut {
			d.cut()
		}
	}
}

// cut closes the connections between the two sides of a fault once.
func (ps *Proxies) cut(x Fault) {
	ways := ps.directions(x)
	for _, d := range ps.proxies {
		if ways[directionOf(d.link)] || ways[directionOf(d.link).reverse()] {
			d.cut()
		}
	}
}

// directions returns the directions from side A to side B of a fault.
func (ps *Proxies) directions(x Fault) map[direction]bool {
	out := map[direction]bool{}
	inA := ps.groups[x.A]
	for w := range ps.paths {
		other := slices.Contains(ps.groups[x.B], w.to)
		if x.B == "" {
			other = !slices.Contains(inA, w.to)
		}
		if other && slices.Contains(inA, w.from) {
			out[w] = true
		}
	}
	return out
}

// Close closes all proxies and waits until their goroutines have ended.
func (ps *Proxies) Close() {
	ps.mu.Lock()
	for _, t := range ps.timers {
		t.Stop()
	}
	open := maps.Clone(ps.proxies)
	ps.mu.Unlock()
	ps.cancel()
	for _, d := range open {
		d.close()
	}
	ps.wg.Wait()
}
