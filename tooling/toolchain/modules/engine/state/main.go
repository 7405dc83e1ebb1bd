// The state service: keeps the states of stacks in one directory, and appends to a journal where the engine's file backend
// writes the whole state anew after each step.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// Exit code of a service that found another one at its directory.
const exitLocked = 3

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		if errors.Is(err, errLocked) {
			os.Exit(exitLocked)
		}
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 || !filepath.IsAbs(args[1]) {
		return errors.New("usage: trustfoundry-state serve|inspect <absolute directory>")
	}
	switch args[0] {
	case "serve":
		return serve(args[1])
	case "inspect":
		return inspect(args[1], os.Stdout)
	}
	return fmt.Errorf("%q is neither serve nor inspect", args[0])
}

// start is the line that the parent writes: nothing secret comes by the command line.
type start struct {
	Token string `json:"token"`
	// Zero: one that is free.
	Port int `json:"port"`
	// The parent's former service was killed: its running updates go on.
	Resume bool `json:"resume"`
}

// address is what a service says of itself, to its parent and in its directory.
type address struct {
	PID   int    `json:"pid"`
	Port  int    `json:"port"`
	Token string `json:"token"`
}

func serve(directory string) error {
	input := bufio.NewReader(os.Stdin)
	line, err := input.ReadBytes('\n')
	if err != nil {
		return errors.New("no start line came by standard input")
	}
	var wanted start
	if err := json.Unmarshal(line, &wanted); err != nil || len(wanted.Token) < 32 {
		return errors.New("the start line is no JSON with a token of 32 characters or more")
	}
	if err := os.MkdirAll(filepath.Join(directory, "stacks"), 0o700); err != nil {
		return err
	}
	unlock, err := lockDirectory(directory)
	if err != nil {
		return err
	}
	defer unlock()
	// Nobody else is here, so these are of programs that were killed.
	if sessions, err := fs.Glob(os.DirFS(directory), "session-*"); err == nil && !wanted.Resume {
		for _, session := range sessions {
			_ = os.RemoveAll(filepath.Join(directory, session))
		}
	}
	opened, err := openStore(directory)
	if err != nil {
		return err
	}
	for _, stack := range opened.stacks {
		if err := stack.recover(wanted.Resume); err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(wanted.Port)))
	if err != nil {
		return err
	}
	state := &service{store: opened, token: hashed(wanted.Token), host: listener.Addr().String()}
	server := state.server()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()

	own := address{os.Getpid(), listener.Addr().(*net.TCPAddr).Port, wanted.Token}
	file := filepath.Join(directory, "service.json")
	if err := writeJSON(file, own); err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(own); err != nil {
		return err
	}
	err = state.wait(input, failed)
	return errors.Join(err, removeFile(file), server.Close(), state.endAll())
}

// wait returns when nobody needs the service any more: its parent has ended or closed standard input, no other program
// holds on to it, and no engine is left that has something to write down. Or at once by SIGTERM.
func (s *service) wait(input io.Reader, failed <-chan error) error {
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	signal.Ignore(syscall.SIGHUP)
	alone := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, input)
		close(alone)
	}()
	select {
	case err := <-failed:
		return err
	case <-ended:
		return nil
	case <-alone:
	}
	for {
		s.closing.Store(true)
		if s.guests.Load() == 0 && !s.busy() {
			return nil
		}
		s.closing.Store(false)
		select {
		case err := <-failed:
			return err
		case <-ended:
			return nil
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (s *service) busy() bool {
	for _, stack := range s.store.all() {
		stack.Lock()
		busy := stack.active != nil && !stack.active.isGone()
		stack.Unlock()
		if busy {
			return true
		}
	}
	return false
}

// endAll ends what runs: its engine cannot reach us any more.
func (s *service) endAll() error {
	var all error
	for _, stack := range s.store.all() {
		stack.Lock()
		if stack.active != nil {
			all = errors.Join(all, stack.end(stack.active, apitype.UpdateStatusCancelled))
		}
		stack.Unlock()
	}
	return all
}
