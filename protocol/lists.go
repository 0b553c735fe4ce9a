package protocol

import "reflect"

// The two lists: each command and each event of the protocol stands here once.

// Verbs lists every command, in the order of help.
func Verbs() []*Verb { return verbs }

var (
	verbs  []*Verb
	byName = map[string]*Verb{}
	byWord = map[string]*Verb{} // those that can be written behind a /
)

func init() { // and not in the declarations: what parses a command names others in its refusals
	verbs = []*Verb{
		sayVerb, whoVerb, nickVerb, msgVerb, meVerb, roomsVerb, joinVerb, watchVerb, partVerb, historyVerb,
		searchVerb, awayVerb, topicVerb, readVerb, ignoreVerb, deskVerb, leaveDeskVerb, echoVerb, pingVerb, redactVerb,
		resumeVerb, operatorVerb, helpVerb, quitVerb, kickVerb, announceVerb, stopVerb,
		queueVerb, nextVerb, takeVerb, replyVerb, toVerb, cannedVerb, handVerb, holdVerb, closeVerb, noteVerb,
		transcriptVerb, dutyVerb, helloVerb,
	}
	for _, v := range verbs {
		byName[v.Name] = v
		if v.HasSlash() {
			byWord[v.Name] = v
		}
	}
}

// events are the decoders of all events, by their names in JSON.
var events = map[string]func([]byte) (Event, error){
	"said":      decodeEvent[Said],
	"acted":     decodeEvent[Acted],
	"whispered": decodeEvent[Whispered],
	"joined":    decodeEvent[Joined],
	"left":      decodeEvent[Left],
	"passed":    decodeEvent[Passed],
	"renamed":   decodeEvent[Renamed],
	"topic-set": decodeEvent[TopicSet],
	"away":      decodeEvent[AwaySet],
	"announced": decodeEvent[Announced],
	"erased":    decodeEvent[Redacted],
	"greeting":  decodeEvent[Greeting],
	"welcome":   decodeEvent[Welcome],
	"entered":   decodeEvent[Entered],
	"watching":  decodeEvent[Watching],
	"watched":   decodeEvent[Watched],
	"parted":    decodeEvent[PartedFrom],
	"fronted":   decodeEvent[Fronted],
	"topic":     decodeEvent[TopicInfo],
	"members":   decodeEvent[Members],
	"rooms":     decodeEvent[RoomList],
	"ignoring":  decodeEvent[Ignoring],
	"ignored":   decodeEvent[IgnoreList],
	"echoing":   decodeEvent[Echoing],
	"read":      decodeEvent[ReadUpTo],
	"pong":      decodeEvent[Pong],
	"help":      decodeEvent[HelpRow],
	"accepted":  decodeEvent[Duplicate],
	"refused":   decodeEvent[Refused],
	"forgot":    decodeEvent[Redaction],
	"found":     decodeEvent[SearchEnd],
	"end":       decodeEvent[HistoryEnd],
	"gap":       decodeEvent[Gap],
	"notice":    decodeEvent[Notice],
	"goodbye":   decodeEvent[Goodbye],
	"asked":     decodeEvent[VisitorSaid],
	"replied":   decodeEvent[Replied],
	"noted":     decodeEvent[Noted],
	"ticket":    decodeEvent[TicketChanged],
	"duty":      decodeEvent[DutyChanged],
	"desk":      decodeEvent[VisitorNotice],
	"password":  decodeEvent[PasswordWanted],
	"promoted":  decodeEvent[Promoted],
	"serving":   decodeEvent[Target],
	"queue":     decodeEvent[QueueInfo],
	"queued":    decodeEvent[QueueRow],
	"replies":   decodeEvent[CannedList],
}

// eventNames are the names of all events in JSON.
var eventNames = func() map[reflect.Type]string {
	names := map[reflect.Type]string{}
	for name, row := range events {
		e, err := row([]byte("{}"))
		if err != nil {
			panic(err)
		}
		names[reflect.TypeOf(e)] = name
	}
	return names
}()
