//go:build unix

package bench

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// stallURL names the server for the process that TestOwnStall stops.
const stallURL = "NATSCTL_TEST_STALL_URL"

// TestOwnStall stops the load generator for a while in the middle of a run: its
// figures are not those of the server.
func TestOwnStall(t *testing.T) {
	if url := os.Getenv(stallURL); url != "" {
		stallingRun(t, url)
		return
	}
	long(t)
	t.Parallel()
	s := startServer(t)
	cmd := exec.Command(os.Args[0], "-test.run", "^TestOwnStall$")
	cmd.Env = append(os.Environ(), stallURL+"="+s.ClientURL())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var run result.Run
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		switch line := lines.Text(); {
		case line == "measuring":
			if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
				t.Fatal(err)
			}
			<-time.After(700 * time.Millisecond)
			if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
				t.Fatal(err)
			}
		case strings.HasPrefix(line, "{"):
			if err := json.Unmarshal([]byte(line), &run); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	found := false
	for _, r := range run.Validity.Reasons {
		found = found || r.Code == result.ReasonStalled
	}
	if !found || run.Validity.Valid || run.Client.StallMaxUS < 600e3 {
		t.Errorf("did not run for %.0f us at most: %+v", run.Client.StallMaxUS, run.Validity)
	}
}

// stallingRun measures, says so, and prints what it found.
func stallingRun(t *testing.T, url string) {
	said := false
	watch := WithProgress(func(p Progress) {
		if p.Phase == "measure" && p.Second > 0.3 && !said {
			said = true
			fmt.Println("measuring") //nolint:forbidigo // for the process that waits
		}
	})
	r := mustExecute(t, scenario.Spec{Workload: scenario.PubSub, Load: scenario.Load{Rate: 500}, Warmup: -1, Duration: 3000 * ms, Timeout: 5000 * ms}, to(url), watch)
	r.Latency, r.Intervals = result.Latency{}, nil
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(string(b)) //nolint:forbidigo // for the process that waits
}
