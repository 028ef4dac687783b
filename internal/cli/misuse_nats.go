package cli

import (
	"fmt"

	"github.com/natsctl/natsctl/internal/view"
)

// noCommand is the error of an unknown command.
func noCommand(w *Line, word string) error {
	path := word
	if w.Name() != "" {
		path = w.Name() + " " + word
	}
	ours, known := w.nats.commands[path]
	switch {
	case known && ours == "":
		return fmt.Errorf("%s has no command %q; use the nats CLI, which shares the contexts", w.typed(), word)
	case known:
		return fmt.Errorf("%s has no command %q; natsctl %s does that", w.typed(), word, ours)
	}
	return fmt.Errorf("%s has no command %q%s", w.typed(), word, view.Suggest(word, values(commandNames(w.commands()))))
}
