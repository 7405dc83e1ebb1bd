package main

import "github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

// runningLease is what is said of an update that runs.
type runningLease struct {
	Project string `json:"project"`
	Stack   string `json:"stack"`
	leaseInspection
	// Its engine has ended without a word.
	Gone bool `json:"gone"`
}

// leaseRoutes are for Trustfoundry's own commands.
func (s *service) leaseRoutes(own func(string, handler)) {
	own("GET /trustfoundry/leases", func(*request) (any, error) {
		found := []runningLease{}
		for _, stack := range s.store.all() {
			stack.Lock()
			if active := stack.active; active != nil {
				found = append(found, runningLease{stack.project, stack.name, active.inspect(), active.isGone()})
			}
			stack.Unlock()
		}
		return found, nil
	})
	// Ends what engines left that are gone, as the next update would; others go on.
	own("POST /trustfoundry/settle", func(*request) (any, error) {
		return nil, s.endWhere((*update).isGone)
	})
	// Ends what the asker's own engine left, which has ended.
	own("POST /trustfoundry/release", func(r *request) (any, error) {
		return nil, s.endWhere(func(u *update) bool { return r.holder != "" && u.Holder == r.holder })
	})
}

func (s *service) endWhere(over func(*update) bool) error {
	for _, stack := range s.store.all() {
		stack.Lock()
		err := error(nil)
		if stack.active != nil && over(stack.active) {
			err = stack.end(stack.active, apitype.UpdateStatusCancelled)
		}
		stack.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *lease) inspect() leaseInspection {
	return leaseInspection{l.Update, string(l.Kind), l.process(), l.Info.StartTime}
}
