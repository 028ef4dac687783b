package main

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

// ask asks for one line on the terminal.
func (e *env) ask(question string) (string, error) {
	if _, err := fmt.Fprint(e.err, "natsctl: "+question); err != nil {
		return "", err
	}
	answer, err := bufio.NewReader(e.in).ReadString('\n')
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return strings.TrimSpace(answer), err
}

// askPassword asks for the password of a user; it is empty for a token.
func (e *env) askPassword(user string) (string, error) {
	return e.askSecret(fmt.Sprintf("password of %q (empty when the name is a token): ", user))
}

// askSecret asks on the terminal without showing what is typed.
func (e *env) askSecret(question string) (string, error) {
	file, ok := e.in.(*os.File)
	if !ok {
		return "", errNoAnswer
	}
	if _, err := fmt.Fprint(e.err, "natsctl: "+question); err != nil {
		return "", err
	}
	answer, err := term.ReadPassword(int(file.Fd()))
	_, _ = fmt.Fprintln(e.err)
	return string(bytes.TrimSpace(answer)), err
}
