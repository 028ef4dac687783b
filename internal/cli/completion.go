package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/completions"
	"github.com/natsctl/natsctl/internal/view"
)

// completionCommand prints the script that completes command lines in a shell.
type completionCommand struct{ shell string }

func (c *completionCommand) Setup(cmd *kingpin.CmdClause) {
	cmd.HelpLong(`For the current shell:

  bash:        source <(natsctl completion bash)
  zsh:         source <(natsctl completion zsh)
  fish:        natsctl completion fish | source
  PowerShell:  natsctl completion powershell | Out-String | Invoke-Expression

For every shell, in a directory that may have to be made:

  bash:        natsctl completion bash > ~/.local/share/bash-completion/completions/natsctl
  zsh:         natsctl completion zsh > ~/.zfunc/_natsctl
               with fpath=(~/.zfunc $fpath) before compinit in ~/.zshrc
  fish:        natsctl completion fish > ~/.config/fish/completions/natsctl.fish
  PowerShell:  natsctl completion powershell >> $PROFILE
`)
	cmd.Arg("shell", strings.Join(completions.Shells(), ", ")+".").Required().EnumVar(&c.shell, completions.Shells()...)
}

func (c *completionCommand) Run(_ context.Context, e *Env) error {
	script, err := completions.Script(c.shell)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(e.Out, script)
	return err
}

// completeWords is the command the scripts call: natsctl __complete SHELL WORD...
// with the words after the program's name; the last one may be incomplete. It
// reads files only, never connects and never fails.
//
// The first line of the output says what follows, words or files; then comes one
// candidate per line, with a tab and its description.
type completeWords struct {
	kp     *kingpin.Application
	values []Value // in addition to the common ones
	words  []string
}

// completing returns the command for a line of arguments that asks for
// candidates. kingpin must not parse these: they are incomplete.
func completing(kp *kingpin.Application, values []Value, args []string) (Command, bool) {
	if len(args) < 3 || args[0] != "__complete" {
		return nil, false
	}
	return &completeWords{kp: kp, values: values, words: args[1:]}, true
}

func (c *completeWords) Setup(*kingpin.CmdClause) {}

func (c *completeWords) Run(_ context.Context, e *Env) error {
	shell := c.words[0]
	line := foldWords(shell, c.words[1:])
	walk := newLine(c.kp.Model())
	walk.values = c.values
	for _, word := range line.before {
		walk.next(word)
	}
	offer := walk.offer(e, line.current)
	if offer.files {
		_, err := fmt.Fprintln(e.Out, "files")
		return err
	}
	var b strings.Builder
	b.WriteString("words\n")
	for _, c := range offer.matching(line.current) {
		insert, ok := line.insert(c.Value)
		if !ok {
			continue
		}
		help := []rune(view.Text(c.Help))
		fmt.Fprintf(&b, "%s\t%s\n", insert, string(help[:min(len(help), 80)]))
	}
	_, err := fmt.Fprint(e.Out, b.String())
	return err
}
