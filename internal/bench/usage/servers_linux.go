package usage

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Servers are the processes of the programs that listen on some ports and have nats
// in their name: all their processes, since a cluster has several. The nil value has
// none.
type Servers struct {
	proc     string
	programs map[string]bool
}

// FindServers finds the listening servers; nil if they are not known, as for processes of other users.
func FindServers(ports []int) *Servers { return findServersIn("/proc", ports) }

func findServersIn(proc string, ports []int) *Servers {
	s := &Servers{proc: proc, programs: map[string]bool{}}
	sockets := listeners(proc, ports)
	links, _ := filepath.Glob(filepath.Join(proc, "[0-9]*", "fd", "*"))
	for _, link := range links {
		if len(sockets) == 0 {
			break
		}
		target, err := os.Readlink(link)
		if err != nil || !sockets[target] {
			continue
		}
		name, _, ok := readStat(filepath.Join(filepath.Dir(filepath.Dir(link)), "stat"))
		if ok && strings.Contains(name, "nats") {
			s.programs[name] = true
		}
	}
	if len(s.programs) == 0 {
		return nil
	}
	return s
}

// listeners names the sockets that listen on ports, as links to them are named.
func listeners(proc string, ports []int) map[string]bool {
	out := map[string]bool{}
	for _, table := range []string{"tcp", "tcp6"} {
		b, err := os.ReadFile(filepath.Join(proc, "net", table))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(b)) {
			// sl local_address rem_address st ... inode is the tenth (proc_net_tcp(5))
			f := strings.Fields(line)
			if len(f) < 10 || f[3] != "0A" {
				continue
			}
			_, hex, _ := strings.Cut(f[1], ":")
			port, err := strconv.ParseUint(hex, 16, 16)
			for _, p := range ports {
				if err == nil && int(port) == p {
					out["socket:["+f[9]+"]"] = true
				}
			}
		}
	}
	return out
}

// cpu is the CPU time that the processes have used, without this process.
func (s *Servers) cpu() (sum time.Duration) {
	if s == nil {
		return 0
	}
	stats, _ := filepath.Glob(filepath.Join(s.proc, "[0-9]*", "stat"))
	self := strconv.Itoa(os.Getpid())
	for _, file := range stats {
		name, used, ok := readStat(file)
		if ok && s.programs[name] && filepath.Base(filepath.Dir(file)) != self {
			sum += used
		}
	}
	return sum
}

// readStat reads the name of a process and the CPU time that it has used
// (proc_pid_stat(5)).
func readStat(file string) (name string, used time.Duration, ok bool) {
	b, err := os.ReadFile(file)
	if err != nil {
		return "", 0, false
	}
	open, end := bytes.IndexByte(b, '('), bytes.LastIndexByte(b, ')')
	if open < 0 || end < open {
		return "", 0, false
	}
	f := strings.Fields(string(b[end+1:])) // from the third field on
	if len(f) < 13 {
		return "", 0, false
	}
	user, err1 := strconv.ParseInt(f[11], 10, 64)
	system, err2 := strconv.ParseInt(f[12], 10, 64)
	if err1 != nil || err2 != nil {
		return "", 0, false
	}
	return string(b[open+1 : end]), time.Duration(user+system) * tick, true
}
