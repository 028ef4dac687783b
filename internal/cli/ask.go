package cli

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// Ask prompts for one line on the terminal.
func (e *Env) Ask(question string) (string, error) {
	if _, err := fmt.Fprint(e.Err, "natsctl: "+question); err != nil {
		return "", err
	}
	answer, err := bufio.NewReader(e.In).ReadString('\n')
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return strings.TrimSpace(answer), err
}

// AskPassword prompts for the password of a user; it is empty for a token.
func (e *Env) AskPassword(user string) (string, error) {
	return askSecret(e, fmt.Sprintf("password of %q (empty when the name is a token): ", user))
}

// askSecret prompts on the terminal without echo.
func askSecret(e *Env, question string) (string, error) {
	file, ok := e.In.(*os.File)
	if !ok {
		return "", errNoAnswer
	}
	if _, err := fmt.Fprint(e.Err, "natsctl: "+question); err != nil {
		return "", err
	}
	answer, err := term.ReadPassword(int(file.Fd()))
	_, _ = fmt.Fprintln(e.Err)
	return string(bytes.TrimSpace(answer)), err
}
