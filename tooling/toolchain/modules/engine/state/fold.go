package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/backend"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/pkg/v3/resource/stack"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/snapshot"
)

// checkpoint is a stack's state as a whole, and the update that made it.
type checkpoint struct {
	Update     string          `json:"update,omitempty"`
	Version    int             `json:"version"`
	Features   []string        `json:"features,omitempty"`
	Deployment json.RawMessage `json:"deployment"`
}

// emptyCheckpoint is a new stack's. The engine accepts a deployment only with the mark of its manifest
// (deploy.Snapshot.VerifyIntegrity).
func emptyCheckpoint() (checkpoint, error) {
	manifest := deploy.Manifest{}
	manifest.Magic = manifest.NewMagic()
	deployment, err := json.Marshal(apitype.DeploymentV3{Manifest: manifest.Serialize()})
	return checkpoint{Version: apitype.DeploymentSchemaVersionCurrent, Deployment: deployment}, err
}

func (c checkpoint) untyped() *apitype.UntypedDeployment {
	return &apitype.UntypedDeployment{Version: c.Version, Features: c.Features, Deployment: c.Deployment}
}

// fold makes the next checkpoint of a base and the batches of a journal, by the engine's own replayer and with the
// engine's own checks (backend.SnapshotJournaler does the same after each step). What began and never ended stays as a
// pending operation.
func fold(base checkpoint, update string, batches []json.RawMessage) (folded checkpoint, err error) {
	// The replayer was made for entries that an engine has just made, and takes their indices on trust.
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("the journal does not fit the checkpoint: %v", cause)
		}
	}()
	deployment, err := stack.UnmarshalUntypedDeployment(context.Background(), base.untyped())
	if err != nil {
		return checkpoint{}, fmt.Errorf("the checkpoint is damaged: %w", err)
	}
	replayer := backend.NewJournalReplayer(deployment)
	seen := map[int64]struct{}{}
	for _, batch := range batches {
		var entries []apitype.JournalEntry
		if err := json.Unmarshal(batch, &entries); err != nil {
			return checkpoint{}, fmt.Errorf("the journal is damaged: %w", err)
		}
		for _, entry := range entries {
			// A batch whose acknowledgement was lost comes twice.
			if _, twice := seen[entry.SequenceID]; !twice {
				seen[entry.SequenceID] = struct{}{}
				replayer.Add(entry)
			}
		}
	}
	result := replayer.GenerateDeployment()
	if result.Deployment, err = result.Deployment.NormalizeURNReferences(); err != nil {
		return checkpoint{}, err
	}
	if err := snapshot.VerifyIntegrity(result.Deployment); err != nil {
		return checkpoint{}, fmt.Errorf("the journal makes no state that the engine accepts: %w", err)
	}
	result.Deployment.Metadata.IntegrityErrorMetadata = nil
	content, err := json.Marshal(result.Deployment)
	return checkpoint{Update: update, Version: result.Version, Features: result.Features, Deployment: content}, err
}

// summary is what can be said of a state without any secret.
type summary struct {
	Resources         int                `json:"resources"`
	PendingOperations []pendingOperation `json:"pendingOperations"`
}

type pendingOperation struct {
	Type string `json:"type"`
	URN  string `json:"urn"`
}

func summarise(c checkpoint) (summary, error) {
	deployment, err := stack.UnmarshalUntypedDeployment(context.Background(), c.untyped())
	if err != nil {
		return summary{}, err
	}
	operations := []pendingOperation{}
	for _, operation := range deployment.PendingOperations {
		operations = append(operations, pendingOperation{string(operation.Type), string(operation.Resource.URN)})
	}
	return summary{Resources: len(deployment.Resources), PendingOperations: operations}, nil
}

func nowSeconds() int64 { return time.Now().Unix() }
