package auth

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// door lets in users whose permissions the test sets by their name.
type door struct {
	mu    sync.Mutex
	users map[string]*server.Permissions
}

// Check implements [server.Authentication].
func (d *door) Check(c server.ClientAuthentication) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	name := c.GetOpts().Username
	c.RegisterUser(&server.User{Username: name, Permissions: d.users[name]})
	return true
}

// judge is a real server that is asked what a user may do.
type judge struct {
	*server.Server
	door *door
	next int
}

func startJudge(t testing.TB) *judge {
	t.Helper()
	d := &door{users: map[string]*server.Permissions{}}
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoLog: true, NoSigs: true, CustomClientAuthentication: d})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("not ready")
	}
	return &judge{Server: s, door: d}
}

// client is a connection that speaks the protocol itself, so that the subjects
// reach the server as they are.
type client struct {
	testing.TB
	net.Conn
	lines *bufio.Reader
}

// user connects a user with these permissions.
func (j *judge) user(t testing.TB, p *server.Permissions) *client {
	t.Helper()
	j.next++
	name := fmt.Sprint("u", j.next)
	j.door.mu.Lock()
	j.door.users[name] = p
	j.door.mu.Unlock()
	return dial(t, j.Server, func(string) string { return fmt.Sprintf(`"user":%q,"pass":"x"`, name) })
}

// dial connects to a server; proof makes the members of CONNECT from the nonce.
func dial(t testing.TB, s *server.Server, proof func(nonce string) string) *client {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c := &client{t, conn, bufio.NewReader(conn)}
	line, err := c.lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var info server.Info
	if err := json.Unmarshal([]byte(strings.TrimPrefix(line, "INFO ")), &info); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "CONNECT {\"verbose\":false,\"echo\":false,\"headers\":true,\"protocol\":1,%s}\r\n", proof(info.Nonce))
	return c
}

// refused sends operations at once and returns for each whether the server
// refused it.
func (c *client) refused(operations ...string) []bool {
	c.Helper()
	var text strings.Builder
	for _, op := range operations {
		text.WriteString(op + "\r\nPING\r\n")
	}
	if _, err := c.Write([]byte(text.String())); err != nil {
		c.Fatal(err)
	}
	out := make([]bool, len(operations))
	for i := 0; i < len(out); {
		line, err := c.lines.ReadString('\n')
		switch {
		case err != nil:
			c.Fatal(err, operations[i])
		case strings.HasPrefix(line, "PONG"):
			i++
		case strings.HasPrefix(line, "-ERR 'Permissions Violation"):
			out[i] = true
		case strings.HasPrefix(line, "-ERR"):
			c.Fatalf("%s: %s", operations[i], line)
		}
	}
	return out
}

// dice makes random permissions and subjects of few tokens, so that they meet
// often.
type dice struct{ *rand.Rand }

func (d dice) one(of ...string) string { return of[d.IntN(len(of))] }

func (d dice) subject(tokens ...string) string {
	parts := make([]string, 1+d.IntN(4))
	for i := range parts {
		parts[i] = d.one(tokens...)
	}
	if d.IntN(6) == 0 {
		parts[len(parts)-1] = ">"
	}
	return strings.Join(parts, ".")
}

func (d dice) pattern() string {
	if d.IntN(40) == 0 {
		return d.one("a..b", "a.>.b", "", "a b c", ".a", "_GR_.>", "$NRG.>")
	}
	return d.subject("a", "b", "c", "*", "a", "b")
}

func (d dice) list(queues bool) (list []string) {
	for range d.IntN(4) {
		entry := d.pattern()
		if queues && d.IntN(3) == 0 {
			entry += " " + d.one("q", "v1", "v1.*", "v1.x", ">", "*")
		}
		list = append(list, entry)
	}
	return list
}

func (d dice) permissions() *server.Permissions {
	p := &server.Permissions{}
	if d.IntN(5) > 0 {
		p.Publish = &server.SubjectPermission{Allow: d.list(d.IntN(20) == 0), Deny: d.list(d.IntN(10) == 0)}
	}
	if d.IntN(5) > 0 {
		p.Subscribe = &server.SubjectPermission{Allow: d.list(true), Deny: d.list(true)}
	}
	if d.IntN(4) == 0 {
		p.Response = &server.ResponsePermission{MaxMsgs: d.IntN(4) - 1, Expires: time.Hour}
		if p.Response.MaxMsgs == 0 {
			p.Response.MaxMsgs = server.DEFAULT_ALLOW_RESPONSE_MAX_MSGS
		}
		if p.Publish == nil {
			p.Publish = &server.SubjectPermission{}
		}
		if p.Publish.Allow == nil { // as the server itself does on reading a configuration or a JWT
			p.Publish.Allow = []string{}
		}
	}
	return p
}

// try compares n decisions about one user with the server's.
func (j *judge) try(t testing.TB, d dice, n int) {
	t.Helper()
	p := d.permissions()
	c, rights := j.user(t, p), NewRights(p, false)
	defer c.Close()
	c.compare(d, n, rights, p, "a", "b", "c")
	if p.Response != nil {
		j.replies(t, c, rights, d)
	}
}

// compare compares n decisions on random subjects of these tokens.
func (c *client) compare(d dice, n int, rights *Rights, p *server.Permissions, tokens ...string) {
	c.Helper()
	operations, want := make([]string, n), make([]bool, n)
	for i := range n {
		if d.IntN(2) == 0 {
			subject := strings.ReplaceAll(d.subject(tokens...), ">", "a")
			if d.IntN(50) == 0 {
				subject = d.one("_GR_.a", "$NRG.x", "$GR.a.b")
			}
			operations[i], want[i] = "PUB "+subject+" 0\r\n", rights.Publish(subject).Answer != Yes
			continue
		}
		subject, queue := d.subject(append(tokens, "*")...), d.one("", "", "q", "v1", "v1.x", "other", "_sys_")
		operations[i], want[i] = fmt.Sprintf("SUB %s %s %d\r\nUNSUB %d", subject, queue, i, i), rights.Subscribe(subject, queue).Answer != Yes
	}
	for i, got := range c.refused(operations...) {
		if got != want[i] {
			c.Fatalf("%q: the server refuses it: %v, natsctl says %v\n%s", operations[i], got, want[i], written(p))
		}
	}
}

// replies sends the user a message with a reply subject and compares how often
// it may answer.
func (j *judge) replies(t testing.TB, c *client, rights *Rights, d dice) {
	t.Helper()
	inbox := d.subject("a", "b", "c")
	if hasWildcard(inbox) || rights.Subscribe(inbox, "").Answer != Yes {
		return
	}
	c.refused("SUB " + inbox + " 77")
	asker := j.user(t, nil)
	defer asker.Close()
	reply := "_INBOX." + d.one("a", "b")
	asker.refused("PUB " + inbox + " " + reply + " 0\r\n")
	answer := rights.Publish(reply).Answer
	for i := range 5 {
		refused := c.refused("PUB " + reply + " 0\r\n")[0]
		most := rights.Responses().MaxMsgs
		if want := answer == No || answer == Reply && most > 0 && i >= most; refused != want {
			t.Fatalf("answer %d of at most %d to %s: the server refuses it: %v, natsctl says %s", i+1, most, reply, refused, answer)
		}
	}
}

func written(p *server.Permissions) string {
	if p == nil {
		return "everything"
	}
	return fmt.Sprintf("publish %+v, subscribe %+v, responses %+v", p.Publish, p.Subscribe, p.Response)
}

// TestRightsAreTheServers compares 100,000 random decisions with those of a real
// server.
func TestRightsAreTheServers(t *testing.T) {
	users, each := 500, 200
	if testing.Short() {
		users = 25
	}
	j := startJudge(t)
	d := dice{rand.New(rand.NewPCG(11, 7))}
	for range users {
		j.try(t, d, each)
	}
}

// FuzzRights compares decisions about the user of a seed with a real server's.
func FuzzRights(f *testing.F) {
	f.Add(uint64(1))
	j := startJudge(f)
	f.Fuzz(func(t *testing.T, seed uint64) {
		j.try(t, dice{rand.New(rand.NewPCG(seed, 1))}, 200)
	})
}
