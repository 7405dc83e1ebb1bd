package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// Updates that a stack remembers; configuration is kept of the last one alone.
const rememberedUpdates = 20

// record is what a stack is besides its resources.
type record struct {
	Format  int                             `json:"format"`
	Version int                             `json:"version"`
	Tags    map[apitype.StackTagName]string `json:"tags,omitempty"`
	// Newest first.
	Updates []apitype.UpdateInfo `json:"updates,omitempty"`
}

// storedStack is one stack in its folder. Its mutex is held for as long as a request works on it.
type storedStack struct {
	sync.Mutex
	project, name, folder string
	record                record
	// The update that holds the lease.
	active *update
	// Updates that ended since the service started: a repeated "complete" is answered as the first one.
	ended map[string]apitype.UpdateStatus
	// Updates that hold no lease: previews, and those that have not started.
	unleased map[string]*update
	removed  bool
}

func (s *storedStack) file(name string) string { return filepath.Join(s.folder, name) }

func (s *storedStack) checkpointFile() string { return s.file("checkpoint.json") }
func (s *storedStack) journalFile() string    { return s.file("journal.ndjson") }
func (s *storedStack) leaseFile() string      { return s.file("lease.json") }
func (s *storedStack) recordFile() string     { return s.file("stack.json") }

// checkpoint reads the state as it was before the running update.
func (s *storedStack) checkpoint() (checkpoint, string, error) {
	content, err := os.ReadFile(s.checkpointFile())
	if errors.Is(err, os.ErrNotExist) {
		empty, err := emptyCheckpoint()
		return empty, "", err
	}
	if err != nil {
		return checkpoint{}, "", err
	}
	var read checkpoint
	if err := json.Unmarshal(content, &read); err != nil {
		return checkpoint{}, "", fmt.Errorf("%s is damaged: %w", s.checkpointFile(), err)
	}
	sum := sha256.Sum256(content)
	return read, hex.EncodeToString(sum[:]), nil
}

// current reads the state with everything that the journal holds.
func (s *storedStack) current() (checkpoint, *journalContent, error) {
	base, sum, err := s.checkpoint()
	if err != nil {
		return base, nil, err
	}
	content, err := os.ReadFile(s.journalFile())
	if errors.Is(err, os.ErrNotExist) {
		return base, nil, nil
	}
	if err != nil {
		return base, nil, err
	}
	read, err := parseJournal(content)
	if err != nil {
		return base, nil, fmt.Errorf("%s: %w", s.journalFile(), err)
	}
	// Either nothing of it was acknowledged, or it is in the checkpoint already and a kill came before its removal.
	if read == nil || read.header.Update == base.Update {
		return base, nil, nil
	}
	if read.header.Base != sum {
		return base, nil, fmt.Errorf("%s goes on from another checkpoint than %s", s.journalFile(), s.checkpointFile())
	}
	folded, err := fold(base, read.header.Update, read.batches)
	if err != nil {
		return base, nil, fmt.Errorf("%s: %w", s.journalFile(), err)
	}
	return folded, read, nil
}

// settle writes the state with everything that the journal holds, and only then removes the journal.
func (s *storedStack) settle() error {
	state, read, err := s.current()
	if err != nil {
		return err
	}
	if read != nil {
		if err := writeJSON(s.checkpointFile(), state); err != nil {
			return err
		}
		// Until the next update nothing of it is needed, and other programs have use for the memory.
		defer debug.FreeOSMemory()
	}
	return removeFile(s.journalFile())
}

// remember notes how an update ended.
func (s *storedStack) remember(info apitype.UpdateInfo) error {
	for index := range s.record.Updates {
		s.record.Updates[index].Config = nil
	}
	s.record.Updates = append([]apitype.UpdateInfo{info}, s.record.Updates...)
	if len(s.record.Updates) > rememberedUpdates {
		s.record.Updates = s.record.Updates[:rememberedUpdates]
	}
	return writeJSON(s.recordFile(), s.record)
}

// store is all stacks of one directory.
type store struct {
	sync.Mutex
	root   string
	stacks map[string]*storedStack
}

func stackKey(project, name string) string { return project + "/" + name }

func openStore(directory string) (*store, error) {
	opened := &store{root: filepath.Join(directory, "stacks"), stacks: map[string]*storedStack{}}
	// Below the root, whose own name may hold what a pattern is made of.
	found, err := fs.Glob(os.DirFS(opened.root), "*/*/stack.json")
	if err != nil {
		return nil, err
	}
	for _, each := range found {
		folder := path.Dir(each)
		stack := opened.stackAt(path.Dir(folder), path.Base(folder))
		file := stack.recordFile()
		if _, err := readJSON(file, &stack.record); err != nil {
			return nil, err
		}
		if stack.record.Format != formatVersion {
			return nil, fmt.Errorf("%s has format %d, and this version reads %d", file, stack.record.Format, formatVersion)
		}
		opened.stacks[stackKey(stack.project, stack.name)] = stack
	}
	return opened, nil
}

func (s *store) stackAt(project, name string) *storedStack {
	return &storedStack{
		project: project, name: name, folder: filepath.Join(s.root, project, name),
		ended: map[string]apitype.UpdateStatus{}, unleased: map[string]*update{},
	}
}

func (s *store) find(project, name string) *storedStack {
	s.Lock()
	defer s.Unlock()
	return s.stacks[stackKey(project, name)]
}

func (s *store) all() []*storedStack {
	s.Lock()
	defer s.Unlock()
	all := make([]*storedStack, 0, len(s.stacks))
	for _, stack := range s.stacks {
		all = append(all, stack)
	}
	return all
}
