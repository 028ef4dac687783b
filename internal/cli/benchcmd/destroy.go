package benchcmd

import (
	"errors"

	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/cli"
)

// errDestroyProtected is returned for --destroy-messages in a protected
// context, even with --force.
var errDestroyProtected = errors.New("--destroy-messages is not allowed in a protected context")

// confirmDestroy asks before a run that may lose messages of an existing stream
// or bucket.
func (f *benchRunFlags) confirmDestroy(e *cli.Env, spec scenario.Spec) error {
	if !f.destroy {
		return nil
	}
	what, name := existing(spec)
	if name == "" {
		return cli.Usagef("--destroy-messages is for runs on an existing stream or bucket: name it")
	}
	target, err := e.Target()
	if err != nil {
		return err
	}
	if target.Protected {
		return errDestroyProtected
	}
	ask := cli.ActFlags{Yes: f.yes}
	return ask.Confirm(e, "the run may remove or displace messages of "+what+" "+name+", and leave its own there", name, false)
}

// existing returns the existing stream or bucket that a scenario uses.
func existing(s scenario.Spec) (what, name string) {
	if s.KV != nil && s.Workload == scenario.KV {
		return "bucket", s.KV.Name
	}
	if s.JS != nil {
		return "stream", s.JS.Name
	}
	return "", ""
}
