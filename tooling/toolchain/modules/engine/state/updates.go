package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// Every path of a running update names the kind "update" (client.getUpdatePath).
const updatePath = stackPath + "/update/{update}"

func (s *service) updateRoutes(own, leased func(string, handler)) {
	for _, kind := range []apitype.UpdateKind{
		apitype.UpdateUpdate, apitype.PreviewUpdate, apitype.RefreshUpdate, apitype.DestroyUpdate,
	} {
		own("POST "+stackPath+"/"+string(kind), func(r *request) (any, error) { return createUpdate(r, kind) })
	}
	own("POST "+updatePath, startUpdate)
	own("GET "+updatePath, updateStatus)
	own("POST "+updatePath+"/cancel", cancelUpdate)
	leased("PATCH "+updatePath+"/journalentries", appendEntries)
	leased("PATCH "+updatePath+"/checkpoint", replaceCheckpoint)
	leased("POST "+updatePath+"/events/batch", countChanges)
	leased("POST "+updatePath+"/renew_lease", renewLease)
	leased("POST "+updatePath+"/complete", completeUpdate)
}

func newID() string { return newToken()[:22] }

// free says whether the stack may be changed: an update whose engine is gone is ended first.
func (s *storedStack) free() error {
	if s.active == nil {
		return nil
	}
	if s.active.isGone() {
		return s.end(s.active, apitype.UpdateStatusCancelled)
	}
	by := ""
	if process := s.active.process(); process != "" {
		by = " by process " + process
	}
	since := time.Unix(s.active.Info.StartTime, 0).UTC().Format(time.RFC3339)
	return refuse(http.StatusConflict, "the stack %s is locked: %s%s runs since %s; wait for its end, or end it first",
		s.name, s.active.Kind, by, since)
}

func createUpdate(r *request, kind apitype.UpdateKind) (any, error) {
	var wanted apitype.UpdateProgramRequest
	if err := r.read(&wanted); err != nil {
		return nil, err
	}
	if wanted.Options.DryRun {
		kind = apitype.PreviewUpdate
	}
	made := &update{lease: lease{
		Update: newID(), Kind: kind, Holder: r.holder,
		Info: apitype.UpdateInfo{
			Kind: kind, Message: wanted.Metadata.Message, Environment: wanted.Metadata.Environment,
			Config: wanted.Config, Result: apitype.InProgressResult,
		},
	}, seen: map[int64]struct{}{}}
	// Until it starts, an update is nothing but this; the lock is taken by starting.
	for id, former := range r.stack.unleased {
		if former.isGone() {
			delete(r.stack.unleased, id)
		}
	}
	made.renew(0)
	r.stack.unleased[made.Update] = made
	return apitype.UpdateProgramResponse{UpdateID: made.Update}, nil
}

func startUpdate(r *request) (any, error) {
	var wanted apitype.StartUpdateRequest
	if err := r.read(&wanted); err != nil {
		return nil, err
	}
	starting := r.stack.unleased[r.PathValue("update")]
	if starting == nil || starting.started {
		return nil, refuse(http.StatusNotFound, "there is no such update to start")
	}
	token := newToken()
	starting.Token = hashed(token)
	starting.Info.StartTime = nowSeconds()
	answer := apitype.StartUpdateResponse{Version: r.stack.record.Version, Token: token}
	if starting.Kind != apitype.PreviewUpdate {
		if err := r.stack.free(); err != nil {
			return nil, err
		}
		if err := writeJSON(r.stack.leaseFile(), starting.lease); err != nil {
			return nil, err
		}
		delete(r.stack.unleased, starting.Update)
		r.stack.active = starting
		if wanted.Tags != nil {
			r.stack.record.Tags = wanted.Tags
		}
		answer.Version++
		answer.JournalVersion = min(wanted.JournalVersion, 1)
	}
	starting.started = true
	answer.TokenExpiration = starting.renew(leaseDuration).Unix()
	starting.heard(r.connection())
	return answer, nil
}

// updateStatus is asked after an import, which is done when it is answered.
func updateStatus(r *request) (any, error) {
	if status, ended := r.stack.ended[r.PathValue("update")]; ended {
		return apitype.UpdateResults{Status: status, Events: []apitype.UpdateEvent{}}, nil
	}
	return nil, refuse(http.StatusNotFound, "there is no such update")
}

func cancelUpdate(r *request) (any, error) {
	id := r.PathValue("update")
	if active := r.stack.active; active != nil && active.Update == id {
		return nil, r.stack.end(active, apitype.UpdateStatusCancelled)
	}
	if _, ended := r.stack.ended[id]; ended {
		return nil, nil
	}
	return nil, refuse(http.StatusNotFound, "there is no such update")
}

// sequenceNumbers reads what tells entries of an update apart.
func sequenceNumbers(batch json.RawMessage) ([]int64, error) {
	var entries []struct {
		Version    int   `json:"version"`
		SequenceID int64 `json:"sequenceID"`
	}
	if err := json.Unmarshal(batch, &entries); err != nil {
		return nil, refuse(http.StatusBadRequest, "these are no journal entries: %v", err)
	}
	numbers := make([]int64, 0, len(entries))
	for _, entry := range entries {
		if entry.Version != 1 {
			return nil, refuse(http.StatusBadRequest, "journal entries of version %d are not known", entry.Version)
		}
		numbers = append(numbers, entry.SequenceID)
	}
	return numbers, nil
}

// appendEntries answers once the entries are on the disk: that is what makes a killed update safe.
func appendEntries(r *request) (any, error) {
	if r.update.Kind == apitype.PreviewUpdate {
		return nil, refuse(http.StatusBadRequest, "a preview has no journal")
	}
	var sent struct {
		Entries json.RawMessage `json:"entries"`
	}
	if err := r.read(&sent); err != nil {
		return nil, err
	}
	if len(sent.Entries) == 0 {
		return nil, nil
	}
	numbers, err := sequenceNumbers(sent.Entries)
	if err != nil {
		return nil, err
	}
	fresh := false
	for _, number := range numbers {
		if _, known := r.update.seen[number]; !known {
			fresh = true
		}
	}
	if !fresh {
		return nil, nil
	}
	if r.update.journal == nil {
		base, sum, err := r.stack.checkpoint()
		if err != nil {
			return nil, err
		}
		// A journal of the update that made the checkpoint counts as contained in it.
		if base.Update == r.update.Update {
			return nil, refuse(http.StatusBadRequest, "this update keeps whole checkpoints, and no journal")
		}
		header := journalHeader{Format: formatVersion, Update: r.update.Update, Base: sum}
		if r.update.journal, err = createJournal(r.stack.journalFile(), header); err != nil {
			return nil, err
		}
	}
	if err := r.update.journal.append(sent.Entries); err != nil {
		return nil, err
	}
	for _, number := range numbers {
		r.update.seen[number] = struct{}{}
	}
	return nil, nil
}

// replaceCheckpoint serves engines that do not journal: the whole state after each step.
func replaceCheckpoint(r *request) (any, error) {
	var sent apitype.PatchUpdateCheckpointRequest
	if err := r.read(&sent); err != nil {
		return nil, err
	}
	if r.update.Kind == apitype.PreviewUpdate || r.update.journal != nil {
		return nil, refuse(http.StatusBadRequest, "this update keeps no whole checkpoints")
	}
	if sent.IsInvalid || len(bytes.TrimSpace(sent.Deployment)) == 0 {
		return nil, refuse(http.StatusBadRequest, "this is no checkpoint")
	}
	return nil, writeJSON(r.stack.checkpointFile(), checkpoint{
		Update: r.update.Update, Version: sent.Version, Features: sent.Features, Deployment: sent.Deployment,
	})
}

// countChanges drops everything that the engine tells of its work, but for the sums at its end.
func countChanges(r *request) (any, error) {
	content, err := r.content()
	if err != nil || !bytes.Contains(content, []byte(`"summaryEvent"`)) {
		return nil, err
	}
	var batch struct {
		Events []struct {
			Summary *struct {
				Changes map[apitype.OpType]int `json:"resourceChanges"`
			} `json:"summaryEvent"`
		} `json:"events"`
	}
	if err := json.Unmarshal(content, &batch); err != nil {
		return nil, refuse(http.StatusBadRequest, "these are no events: %v", err)
	}
	for _, event := range batch.Events {
		if event.Summary != nil {
			r.update.Info.ResourceChanges = event.Summary.Changes
		}
	}
	return nil, nil
}

func renewLease(r *request) (any, error) {
	var wanted apitype.RenewUpdateLeaseRequest
	if err := r.read(&wanted); err != nil {
		return nil, err
	}
	expires := r.update.renew(time.Duration(wanted.Duration) * time.Second)
	// The same token again: it is given back by ending the update.
	_, token, _ := bytes.Cut([]byte(r.Header.Get("Authorization")), []byte(" "))
	return apitype.RenewUpdateLeaseResponse{Token: string(token), TokenExpiration: expires.Unix()}, nil
}

func completeUpdate(r *request) (any, error) {
	var wanted apitype.CompleteUpdateRequest
	if err := r.read(&wanted); err != nil {
		return nil, err
	}
	if r.update == nil {
		return nil, nil
	}
	if r.update.Kind == apitype.PreviewUpdate {
		delete(r.stack.unleased, r.update.Update)
		r.stack.ended[r.update.Update] = wanted.Status
		return nil, nil
	}
	return nil, r.stack.end(r.update, wanted.Status)
}
