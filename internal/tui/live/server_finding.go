package live

import (
	"fmt"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Finding is one problem of a server.
type Finding struct {
	Level fleet.Level
	Text  string
}

// Findings are the problems from the topology and from the server's own report.
func (r *ServerRow) Findings() []Finding {
	var out []Finding
	if r.Node != nil {
		for _, n := range r.Node.Notes {
			out = append(out, Finding{r.Node.Level, n})
		}
	}
	if HealthLevel(r.Answer) != fleet.OK {
		out = append(out, Finding{fleet.Warn, "health: " + fmt.Sprint(HealthText(r.Answer))})
	}
	if s := r.CPUShare(); s > CPUWarn {
		out = append(out, Finding{fleet.Warn, fmt.Sprintf("cpu at %.0f%% of all its cores", s)})
	}
	if s := r.memShare(); s > memWarn {
		out = append(out, Finding{fleet.Warn, fmt.Sprintf("memory at %.0f%% of its limit", s*100)})
	}
	if rate := r.Change().SlowConsumers; LevelOfRise(rate) != fleet.OK {
		out = append(out, Finding{fleet.Warn, fmt.Sprintf("%.0f new slow consumers since the last answer", rate.Increase)})
	}
	return out
}
