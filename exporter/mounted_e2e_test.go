//go:build e2e && linux

package exporter_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
	"sigs.k8s.io/yaml"

	"github.com/natsctl/natsctl/internal/testcluster"
)

// nobodyID is the user and group of the shipped manifest.
const nobodyID = 65532

// TestE2EMountedSecret runs the exporter as the shipped Kubernetes manifest
// does: under its user and group, with its arguments, and credentials as a
// secret volume has them: owned by root, readable by the group alone. It starts
// without a warning, sees the fleet, and ends with 0 when the pod is stopped.
func TestE2EMountedSecret(t *testing.T) {
	if os.Geteuid() != 0 {
		if os.Getenv("CI") != "" {
			t.Fatal("another user can only be taken by root")
		}
		t.Skip("another user can only be taken by root")
	}
	o := startOperated(t)
	dir := t.TempDir()
	creds := mountSecret(t, dir, "sys.creds", o.credentials(t, "SYS"))
	state := filepath.Join(mountVolume(t, dir), "servers.json")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := l.Addr().String()
	l.Close()
	args := manifestArgs(t, map[string]string{"--server=": strings.Join(o.urls, ","), "--creds=": creds, "--web.listen-address=": listen, "--state=": state})
	cmd := exec.Command(copyProgram(t, dir), args...)
	cmd.Env = []string{"HOME=/"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobodyID, Gid: nobodyID}}
	var log bytes.Buffer
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	stop := func() { _ = cmd.Process.Kill() }
	t.Cleanup(stop)
	testcluster.Await(t, "exporter that listens", func() bool {
		conn, err := net.DialTimeout("tcp", listen, time.Second)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	eventually(t, "http://"+listen+"/metrics", func(s map[string]string) bool { return len(find(s, "nats_server_up", `fleet="nats"`)) == 3 })
	eventually(t, "http://"+listen+"/metrics", func(map[string]string) bool { _, err := os.Stat(state); return err == nil })
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
	if words := log.String(); strings.Contains(words, "natsctl: ") {
		t.Errorf("%s", words)
	}
}

// mountVolume makes a directory as Kubernetes mounts an empty volume with
// fsGroup: the group of the pod may write into it.
func mountVolume(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "volume")
	if err := os.Mkdir(path, 0o770); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o2770); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(path, 0, nobodyID); err != nil {
		t.Fatal(err)
	}
	return path
}

// mountSecret writes a file as Kubernetes does with fsGroup: owned by root and
// the group of the pod, mode 0440.
func mountSecret(t *testing.T, dir, name string, body []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, body, 0o440); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o440); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(path, 0, nobodyID); err != nil {
		t.Fatal(err)
	}
	return path
}

// manifestArgs are the arguments of the manifest, with the values of these
// flags.
func manifestArgs(t *testing.T, values map[string]string) []string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("..", "docs", "deploy", "kubernetes", "exporter.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var pod struct {
		Spec struct {
			Template struct {
				Spec struct {
					SecurityContext struct{ RunAsUser, RunAsGroup, FsGroup int }
					Containers      []struct{ Args []string }
				}
			}
		}
	}
	if err := yaml.Unmarshal(bytes.Split(body, []byte("\n---\n"))[0], &pod); err != nil {
		t.Fatal(err)
	}
	spec := pod.Spec.Template.Spec
	if c := spec.SecurityContext; c.RunAsUser != nobodyID || c.RunAsGroup != nobodyID || c.FsGroup != nobodyID {
		t.Errorf("the manifest runs as %+v", c)
	}
	args := spec.Containers[0].Args
	used := 0
	for i, arg := range args {
		for flag, value := range values {
			if strings.HasPrefix(arg, flag) {
				args[i] = flag + value
				used++
			}
		}
	}
	if used != len(values) {
		t.Fatalf("the manifest has no such arguments: %q", args)
	}
	return args
}

// copyProgram puts the program where everybody may run it.
func copyProgram(t *testing.T, dir string) string {
	t.Helper()
	body, err := os.ReadFile(os.Getenv("NATSCTL_BIN"))
	if err != nil {
		t.Fatalf("NATSCTL_BIN names no binary; make e2e does: %v", err)
	}
	path := filepath.Join(dir, "natsctl")
	if err := os.WriteFile(path, body, 0o755); err != nil {
		t.Fatal(err)
	}
	for d := dir; len(d) > len(os.TempDir()); d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// credentials are those of a new user of an account, as a file has them.
func (o *operated) credentials(t *testing.T, account string) []byte {
	t.Helper()
	user, id := makeKey(t, nkeys.CreateUser)
	claims := jwt.NewUserClaims(id)
	claims.Name = fmt.Sprint("mounted-", account)
	token, err := claims.Encode(o.keys[account])
	if err != nil {
		t.Fatal(err)
	}
	seed, err := user.Seed()
	if err != nil {
		t.Fatal(err)
	}
	body, err := jwt.FormatUserConfig(token, seed)
	if err != nil {
		t.Fatal(err)
	}
	return body
}
