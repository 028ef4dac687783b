package usage

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// process is one of a made-up /proc.
type process struct {
	pid          int
	name         string
	user, system int // ticks
	inode        int
}

func procOf(t *testing.T, tcp string, ps ...process) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("net/tcp", "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"+tcp)
	for _, p := range ps {
		write(fmt.Sprintf("%d/stat", p.pid), fmt.Sprintf("%d (%s) S 1 2 3 4 5 6 7 8 9 10 %d %d 99 99 20 0\n", p.pid, p.name, p.user, p.system))
		fd := filepath.Join(dir, strconv.Itoa(p.pid), "fd")
		if err := os.MkdirAll(fd, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(fmt.Sprintf("socket:[%d]", p.inode), filepath.Join(fd, "3")); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// row is a line of /proc/net/tcp.
func row(port, state, inode int) string {
	return fmt.Sprintf("   0: 0100007F:%04X 00000000:0000 %02X 00000000:00000000 00:00000000 00000000     0        0 %d 1 0 100\n", port, state, inode)
}

// TestFindServers finds the program that listens, and all its processes.
func TestFindServers(t *testing.T) {
	const listen, connected = 0x0A, 0x01
	dir := procOf(t, row(4222, listen, 77)+row(4222, connected, 88)+row(80, listen, 99),
		process{1, "sshd", 40, 40, 70}, process{10, "nats-server", 100, 23, 77}, process{11, "nats-server", 5, 2, 70}, process{12, "hog (nats)", 500, 500, 88},
		process{13, "nginx", 900, 900, 99}, process{os.Getpid(), "nats-server", 70, 70, 1})
	s := findServersIn(dir, []int{4222})
	if got, want := s.cpu(), 1300*time.Millisecond; got != want {
		t.Errorf("%v, want %v", got, want)
	}
	for name, ports := range map[string][]int{"another program": {80}, "nobody": {4223}, "no port": nil} {
		if s := findServersIn(dir, ports); s != nil || s.cpu() != 0 {
			t.Errorf("%s: %+v", name, s)
		}
	}
	if s := findServersIn(t.TempDir(), []int{4222}); s != nil {
		t.Errorf("without /proc: %+v", s)
	}
}

// TestListeners reads the listening sockets of both families; either may be missing.
func TestListeners(t *testing.T) {
	short := strings.Join(strings.Fields(row(4222, 0x0A, 77))[:10], " ") + "\n"
	for name, tc := range map[string]struct {
		tables map[string]string
		want   string
	}{
		"IPv4":            {map[string]string{"tcp": row(4222, 0x0A, 77)}, "map[socket:[77]:true]"},
		"IPv6":            {map[string]string{"tcp6": row(4222, 0x0A, 78)}, "map[socket:[78]:true]"},
		"both":            {map[string]string{"tcp": row(4222, 0x0A, 77), "tcp6": row(4223, 0x0A, 78)}, "map[socket:[77]:true socket:[78]:true]"},
		"no other column": {map[string]string{"tcp": short}, "map[socket:[77]:true]"},
		"no inode":        {map[string]string{"tcp": short[:len(short)-4] + "\n"}, "map[]"},
		"connected":       {map[string]string{"tcp": row(4222, 0x01, 77)}, "map[]"},
		"another port":    {map[string]string{"tcp": row(4224, 0x0A, 77)}, "map[]"},
		"no port":         {map[string]string{"tcp": strings.Replace(row(4222, 0x0A, 77), "107E", "X", 1)}, "map[]"},
		"neither":         {nil, "map[]"},
	} {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "net"), 0o755); err != nil {
			t.Fatal(err)
		}
		for table, text := range tc.tables {
			if err := os.WriteFile(filepath.Join(dir, "net", table), []byte("  sl  local_address\n"+text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got := fmt.Sprint(listeners(dir, []int{4222, 4223, 0})); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

func TestReadStat(t *testing.T) {
	const counts = " S 1 2 3 4 5 6 7 8 9 10 30 12"
	for text, want := range map[string]string{
		"7 (a) b)" + counts + " 99":            "a) b 420ms true",
		"7 (a)" + counts:                       "a 420ms true",
		"(a)" + counts:                         "a 420ms true",
		"7 (a) S 1 2 3":                        " 0s false",
		"7 a" + counts:                         " 0s false",
		"7 a)" + counts:                        " 0s false",
		"7 )a(" + counts + " 99":               " 0s false",
		"":                                     " 0s false",
		"7 (a) S 1 2 3 4 5 6 7 8 9 10 x 12 99": " 0s false",
		"7 (a) S 1 2 3 4 5 6 7 8 9 10 30 y 99": " 0s false",
	} {
		file := filepath.Join(t.TempDir(), "stat")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		name, used, ok := readStat(file)
		if got := fmt.Sprint(name, " ", used, " ", ok); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// TestMeterSeparatesServersFromOthers reads what the servers of a made-up machine have used since the start.
func TestMeterSeparatesServersFromOthers(t *testing.T) {
	dir := procOf(t, row(4222, 0x0A, 77), process{10, "nats-server", 100, 0, 77})
	u := Start(findServersIn(dir, []int{4222}))
	if u.used.servers != time.Second {
		t.Errorf("began at %v", u.used.servers)
	}
}

// TestWatchStalls has nothing that stalls.
func TestWatchStalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := WatchStalls()
		<-time.After(time.Second)
		if worst := stop(); worst < 0 || worst > stallTick {
			t.Errorf("%v in a second without a stall", worst)
		}
	})
}

// TestStalls finds the longest time between two checks, wherever it was.
func TestStalls(t *testing.T) {
	const ms = time.Millisecond
	for _, tc := range []struct {
		name string
		gaps []time.Duration
		want time.Duration
	}{
		{"on time", []time.Duration{5 * ms, 5 * ms}, 0},
		{"stopped at once", []time.Duration{2 * ms}, 0},
		{"first", []time.Duration{45 * ms, 5 * ms, 15 * ms}, 40 * ms},
		{"last", []time.Duration{15 * ms, 5 * ms, 45 * ms}, 40 * ms},
		{"several short ones", []time.Duration{15 * ms, 15 * ms, 15 * ms}, 10 * ms},
	} {
		s := stalls{last: time.Unix(100, 0)}
		for _, gap := range tc.gaps {
			s.runs(s.last.Add(gap))
		}
		if s.worst != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, s.worst, tc.want)
		}
	}
}
