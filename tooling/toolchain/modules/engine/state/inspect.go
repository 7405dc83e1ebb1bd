package main

import (
	"encoding/json"
	"io"
	"sort"
)

// inspection is what a stack's files say, of a running service or of none.
type inspection struct {
	Project string `json:"project"`
	Stack   string `json:"stack"`
	// The update that runs, or that ended without a word.
	Lease *leaseInspection `json:"lease,omitempty"`
	// Why the state cannot be used; empty where it can.
	Trouble string `json:"trouble,omitempty"`
	summary
}

type leaseInspection struct {
	Update  string `json:"update"`
	Kind    string `json:"kind"`
	Holder  string `json:"holder,omitempty"`
	Started int64  `json:"started"`
}

// inspect reads a directory and changes nothing in it.
func inspect(directory string, output io.Writer) error {
	opened, err := openStore(directory)
	if err != nil {
		return err
	}
	found := []inspection{}
	for _, stack := range opened.all() {
		found = append(found, stack.inspect())
	}
	sort.Slice(found, func(a, b int) bool {
		return stackKey(found[a].Project, found[a].Stack) < stackKey(found[b].Project, found[b].Stack)
	})
	return json.NewEncoder(output).Encode(found)
}

func (s *storedStack) inspect() inspection {
	found := inspection{Project: s.project, Stack: s.name, summary: summary{PendingOperations: []pendingOperation{}}}
	var held lease
	there, err := readJSON(s.leaseFile(), &held)
	if err == nil && there {
		inspected := held.inspect()
		found.Lease = &inspected
	}
	if err == nil {
		var state checkpoint
		if state, _, err = s.current(); err == nil {
			found.summary, err = summarise(state)
		}
	}
	if err != nil {
		found.Trouble = err.Error()
	}
	return found
}
