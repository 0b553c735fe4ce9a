package main

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// retired are words that the code had for what the field, or its glossary in hub/doc.go, calls otherwise.
var retired = map[string]string{
	"aside": "control", "comeback": "reconnect", "crowd": "coalesce, or swarm", "darken": "disableEcho",
	"expelSilent": "evictIdle", "face": "view", "farewell": "goodbye", "giveBack": "release", "hush": "guardPaste",
	"lightly": "withoutSync", "mindDesk": "deskChanged", "relieve": "idle", "rouse": "wake",
	"scarce": "authoredCut", "spell": "encode", "sweep": "flusher", "turnAway": "reject",
	"Accepted": "Duplicate", "Asked": "VisitorSaid", "AtDesk": "VisitorNotice", "ComeBack": "Resume", "Erased": "Redacted",
	"Forgot": "Redaction", "ForOthers": "Public", "Helped": "HelpRow", "IsLine": "IsMessage", "IsSpoken": "IsMessage", "Mine": "Ack",
	"Offer": "TryWrite", "OnDesk": "OperatorInfo", "Queued": "QueueRow", "QueueIs": "QueueInfo",
	"Queueing": "QueuePosition", "Serving": "Target", "Stamp": "Meta", "Together": "NewBatch", "TopicIs": "TopicInfo", "Undesk": "LeaveDesk",
}

// record is the verb. What is recorded stands in the journal, which people call the history.
var record = regexp.MustCompile(`(?i)\b(a|the|its|this|our|whole) records?\b`)

// A word that was retired names nothing, and no comment calls the journal a record.
func TestRetiredWordsStayAway(t *testing.T) {
	var found []string
	for _, s := range sources(t) {
		ast.Inspect(s.File, func(n ast.Node) bool {
			if id, is := n.(*ast.Ident); is && retired[id.Name] != "" {
				found = append(found, s.name+": "+id.Name+" is called "+retired[id.Name])
			}
			return true
		})
		for _, group := range s.Comments {
			if record.MatchString(strings.ReplaceAll(group.Text(), "\n", " ")) {
				found = append(found, s.name+": "+record.FindString(strings.ReplaceAll(group.Text(), "\n", " "))+" is called journal")
			}
		}
	}
	slices.Sort(found)
	assert.Empty(t, slices.Compact(found))
}
