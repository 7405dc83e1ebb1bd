package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strconv"

	"github.com/pulumi/pulumi/pkg/v3/resource/edit"
	"github.com/pulumi/pulumi/pkg/v3/resource/stack"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

const stackPath = "/api/stacks/{owner}/{project}/{stack}"

// stackRoutes are of users and stacks; everything of running updates is in updateRoutes.
func (s *service) stackRoutes(own func(string, handler)) {
	own("GET /api/capabilities", func(*request) (any, error) {
		configuration, err := json.Marshal(apitype.DeploymentSchemaVersionConfig{
			Version: apitype.DeploymentSchemaVersionLatest,
		})
		return apitype.CapabilitiesResponse{Capabilities: []apitype.APICapabilityConfig{
			{Capability: apitype.DeploymentSchemaVersion, Configuration: configuration},
		}}, err
	})
	own("GET /api/user", func(*request) (any, error) {
		return map[string]any{"id": owner, "githubLogin": owner, "name": owner, "organizations": []any{}}, nil
	})
	own("GET /api/user/organizations/default", func(*request) (any, error) {
		return apitype.GetDefaultOrganizationResponse{}, nil
	})
	own("GET /api/user/stacks", s.listStacks)
	own("GET /api/stacks/{owner}/{project}", s.findProject)
	own("POST /api/stacks/{owner}/{project}", s.createStack)
	own("GET "+stackPath, s.getStack)
	own("DELETE "+stackPath, s.deleteStack)
	own("GET "+stackPath+"/export", s.export)
	own("POST "+stackPath+"/import", s.importState)
	own("POST "+stackPath+"/rename", s.rename)
	own("PATCH "+stackPath+"/tags", s.setTags)
	own("GET "+stackPath+"/updates", s.listUpdates)
	own("GET "+stackPath+"/updates/latest", s.latestUpdate)
	// The engine reports who looked at secrets that it decrypted itself.
	own("POST "+stackPath+"/decrypt/{what}", func(*request) (any, error) { return nil, nil })
}

func (s *service) listStacks(r *request) (any, error) {
	query := r.URL.Query()
	found := apitype.ListStacksResponse{Stacks: []apitype.StackSummary{}}
	for _, each := range s.store.all() {
		if wanted := query.Get("project"); wanted != "" && wanted != each.project {
			continue
		}
		if wanted := query.Get("organization"); wanted != "" && wanted != owner {
			continue
		}
		each.Lock()
		entry := apitype.StackSummary{
			ID: stackKey(each.project, each.name), OrgName: owner, ProjectName: each.project, StackName: each.name,
		}
		if len(each.record.Updates) > 0 {
			// How many resources there are nobody counts: without a number the engine says so.
			entry.LastUpdate = &each.record.Updates[0].StartTime
		}
		removed := each.removed
		each.Unlock()
		if !removed {
			found.Stacks = append(found.Stacks, entry)
		}
	}
	return found, nil
}

func (s *service) findProject(r *request) (any, error) {
	for _, each := range s.store.all() {
		if r.PathValue("owner") == owner && each.project == r.PathValue("project") {
			return nil, nil
		}
	}
	return nil, refuse(http.StatusNotFound, "there is no such project")
}

func (s *service) createStack(r *request) (any, error) {
	var wanted apitype.CreateStackRequest
	if err := r.read(&wanted); err != nil {
		return nil, err
	}
	project := r.PathValue("project")
	if r.PathValue("owner") != owner {
		return nil, refuse(http.StatusNotFound, "stacks belong to %q here, not to %q", owner, r.PathValue("owner"))
	}
	if !validName(project) || !validName(wanted.StackName) {
		return nil, refuse(http.StatusBadRequest, "a project's or stack's name has letters, digits, dots, dashes and underscores")
	}
	s.store.Lock()
	defer s.store.Unlock()
	made := s.store.stackAt(project, wanted.StackName)
	// On a file system that does not tell capitals apart another stack may be there by this name.
	if _, err := os.Stat(made.recordFile()); err == nil {
		return nil, refuse(http.StatusConflict, "the stack %s/%s already exists", project, wanted.StackName)
	}
	// A removal that was killed left files without a record: they are no stack, and must not become this one's state.
	if err := errors.Join(os.RemoveAll(made.folder), os.MkdirAll(made.folder, 0o700)); err != nil {
		return nil, err
	}
	if wanted.State != nil && len(wanted.State.Deployment) > 0 {
		if err := writeState(made, *wanted.State); err != nil {
			return nil, err
		}
	}
	made.record = record{Format: formatVersion, Tags: wanted.Tags}
	// The record makes it a stack.
	if err := writeJSON(made.recordFile(), made.record); err != nil {
		return nil, err
	}
	for _, folder := range []string{filepath.Dir(made.folder), s.store.root} {
		if err := syncFolder(folder); err != nil {
			return nil, err
		}
	}
	s.store.stacks[stackKey(project, wanted.StackName)] = made
	return apitype.CreateStackResponse{}, nil
}

func (s *service) getStack(r *request) (any, error) {
	answer := apitype.Stack{
		ID: stackKey(r.stack.project, r.stack.name), OrgName: owner, ProjectName: r.stack.project,
		StackName: tokens.QName(r.stack.name), Tags: r.stack.record.Tags, Version: r.stack.record.Version,
	}
	if active := r.stack.active; active != nil {
		answer.ActiveUpdate = active.Update
		answer.CurrentOperation = &apitype.OperationStatus{
			Kind: active.Kind, Author: active.process(), Started: active.Info.StartTime,
		}
	}
	return answer, nil
}

func (s *service) deleteStack(r *request) (any, error) {
	if err := r.stack.free(); err != nil {
		return nil, err
	}
	state, _, err := r.stack.checkpoint()
	if err != nil {
		return nil, err
	}
	content, err := summarise(state)
	if err != nil {
		return nil, err
	}
	if content.Resources > 0 && r.URL.Query().Get("force") != "true" {
		// The engine knows this sentence (client.isStackHasResourcesError).
		return nil, refuse(http.StatusBadRequest, "Bad Request: Stack still contains resources.")
	}
	// Without its record a folder is no stack.
	if err := removeFile(r.stack.recordFile()); err != nil {
		return nil, err
	}
	r.stack.removed = true
	s.store.Lock()
	delete(s.store.stacks, stackKey(r.stack.project, r.stack.name))
	s.store.Unlock()
	return nil, os.RemoveAll(r.stack.folder)
}

func (s *service) export(r *request) (any, error) {
	// While an update runs, readers see what it has done so far.
	state, _, err := r.stack.current()
	if err != nil {
		return nil, err
	}
	return state.untyped(), nil
}

func (s *service) importState(r *request) (any, error) {
	var wanted apitype.UntypedDeployment
	if err := r.read(&wanted); err != nil {
		return nil, err
	}
	if err := r.stack.free(); err != nil {
		return nil, err
	}
	if err := writeState(r.stack, wanted); err != nil {
		return nil, err
	}
	id := newID()
	r.stack.record.Version++
	r.stack.ended[id] = apitype.UpdateStatusSucceeded
	info := apitype.UpdateInfo{
		Kind: apitype.StackImportUpdate, StartTime: nowSeconds(), EndTime: nowSeconds(),
		Result: apitype.SucceededResult, Version: r.stack.record.Version,
	}
	return apitype.ImportStackResponse{UpdateID: id}, r.stack.remember(info)
}

// writeState takes a whole state over, if the engine can read it.
func writeState(target *storedStack, wanted apitype.UntypedDeployment) error {
	state := checkpoint{Version: wanted.Version, Features: wanted.Features, Deployment: wanted.Deployment}
	if _, err := summarise(state); err != nil {
		return refuse(http.StatusBadRequest, "this is no state that can be imported: %v", err)
	}
	return writeJSON(target.checkpointFile(), state)
}

func (s *service) rename(r *request) (any, error) {
	var wanted apitype.StackRenameRequest
	if err := r.read(&wanted); err != nil {
		return nil, err
	}
	project, name := r.stack.project, r.stack.name
	if wanted.NewProject != "" {
		project = wanted.NewProject
	}
	if wanted.NewName != "" {
		name = wanted.NewName
	}
	newName, err := tokens.ParseStackName(name)
	if err != nil || !validName(name) || !validName(project) {
		return nil, refuse(http.StatusBadRequest, "%s/%s is no name of a stack", project, name)
	}
	if err := r.stack.free(); err != nil {
		return nil, err
	}
	s.store.Lock()
	defer s.store.Unlock()
	renamed := s.store.stackAt(project, name)
	if _, err := os.Stat(renamed.folder); err == nil {
		return nil, refuse(http.StatusConflict, "the stack %s/%s already exists", project, name)
	}
	state, _, err := r.stack.checkpoint()
	if err != nil {
		return nil, err
	}
	deployment, err := stack.UnmarshalUntypedDeployment(r.Context(), state.untyped())
	if err != nil {
		return nil, err
	}
	if err := edit.RenameStack(deployment, newName, tokens.PackageName(project)); err != nil {
		return nil, err
	}
	if state.Deployment, err = json.Marshal(deployment); err != nil {
		return nil, err
	}
	// A copy, and only when it is whole the former one goes.
	if err := os.MkdirAll(renamed.folder, 0o700); err != nil {
		return nil, err
	}
	renamed.record = r.stack.record
	if err := writeJSON(renamed.checkpointFile(), state); err != nil {
		return nil, err
	}
	if err := writeJSON(renamed.recordFile(), renamed.record); err != nil {
		return nil, err
	}
	r.stack.removed = true
	s.store.stacks[stackKey(project, name)] = renamed
	delete(s.store.stacks, stackKey(r.stack.project, r.stack.name))
	if err := removeFile(r.stack.recordFile()); err != nil {
		return nil, err
	}
	return nil, os.RemoveAll(r.stack.folder)
}

func (s *service) setTags(r *request) (any, error) {
	tags := map[apitype.StackTagName]string{}
	if err := r.read(&tags); err != nil {
		return nil, err
	}
	r.stack.record.Tags = tags
	return nil, writeJSON(r.stack.recordFile(), r.stack.record)
}

func (s *service) listUpdates(r *request) (any, error) {
	updates := r.stack.record.Updates
	if size, err := strconv.Atoi(r.URL.Query().Get("pageSize")); err == nil && size > 0 {
		page, err := strconv.Atoi(r.URL.Query().Get("page"))
		if err != nil || page < 1 {
			page = 1
		}
		from := min(len(updates), (page-1)*size)
		updates = updates[from:min(len(updates), from+size)]
	}
	return apitype.GetHistoryResponse{Updates: append([]apitype.UpdateInfo{}, updates...)}, nil
}

func (s *service) latestUpdate(r *request) (any, error) {
	if len(r.stack.record.Updates) == 0 {
		return nil, refuse(http.StatusNotFound, "the stack was never updated")
	}
	return map[string]any{"info": r.stack.record.Updates[0]}, nil
}
