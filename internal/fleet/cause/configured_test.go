package cause

import (
	"fmt"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
)

// TestConfiguredFolding holds that what does not fit its configuration is named
// before what follows from it, and explains nothing else.
func TestConfiguredFolding(t *testing.T) {
	gateway := func(name string) checks.Finding {
		f := about("gateway-names", fleet.Crit, "a")
		f.Object, f.About.Gateway = "C - "+name, name
		return f
	}
	edge := func(to string) checks.Finding {
		f := linked("gateways", fleet.Gateway, fleet.StateMissing, "a", "")
		f.Object, f.About.Edge.ToCluster, f.About.Edge.ToName = "a - "+to, to, to
		return f
	}
	ghost := func(name string) checks.Finding {
		return checks.Finding{Check: "gateways", Level: fleet.Crit, Object: name, What: name}
	}
	asset := func(check string, level fleet.Level, object, account, stream string) checks.Finding {
		return checks.Finding{Check: check, Level: level, Object: object, Where: account, What: check + " " + object, About: checks.Subject{Account: account, Stream: stream}}
	}
	many := func(n int) (list []checks.Finding) {
		for i := range n {
			list = append(list, asset("filters", fleet.Warn, fmt.Sprint("w", i), "A", "S"))
		}
		return list
	}
	for _, c := range []struct {
		name  string
		found []checks.Finding
		want  string
	}{
		{"a gateway of a wrong name explains the links to it", []checks.Finding{edge("east"), ghost("east"), gateway("east")}, "gateway-name C - east: 2 gateways"},
		{"and not those to another cluster", []checks.Finding{edge("west"), ghost("west"), gateway("east")}, "gateway-name C - east: | cut a - west: | single west:"},
		{"a remote that is not connected explains the copies of its account", []checks.Finding{
			asset("origins", fleet.Warn, "M", "A", "M"), asset("origins", fleet.Warn, "N", "B", "N"), asset("leaf-remotes", fleet.Crit, "edge A", "A", ""),
		}, "configuration edge A: 1 mirror or source | stream N:"},
		{"a deny list explains the copy of its stream alone", []checks.Finding{
			asset("origins", fleet.Warn, "M", "A", "M"), asset("origins", fleet.Warn, "N", "A", "N"), asset("leaf-denies", fleet.Crit, "M edge", "A", "M"),
		}, "configuration M edge: 1 mirror or source | stream N:"},
		{"a setting explains nothing", []checks.Finding{asset("origins", fleet.Warn, "M", "", "M"), about("settings", fleet.Warn, "b")}, "configuration b: | stream M:"},
		{"three wrong filters are three causes", many(3), "configuration w0: | configuration w1: | configuration w2:"},
		{"four are one", many(4), "several filters:"},
		{"a server that stopped writing is short of a resource", []checks.Finding{blaming("streams", fleet.Warn, "a", "b"), blaming("writes", fleet.Warn, "b")}, "resource b: 1 stream"},
	} {
		var got []string
		for _, k := range fold(nil, c.found...) {
			got = append(got, strings.TrimSpace(k.Rule+" "+k.Object+": "+k.Explains()))
		}
		if line := strings.Join(got, " | "); line != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.name, line, c.want)
		}
	}
}
