package protocol

import "encoding/json"

// Echo and Duty require "on": a command that leaves it out would turn the thing off.

// UnmarshalJSON implements json.Unmarshaler.
func (e *Echo) UnmarshalJSON(b []byte) (err error) {
	e.On, err = decodeOn(b, "echo")
	return err
}

// UnmarshalJSON implements json.Unmarshaler.
func (d *Duty) UnmarshalJSON(b []byte) (err error) {
	d.On, err = decodeOn(b, "duty")
	return err
}

func decodeOn(b []byte, name string) (on bool, err error) {
	var said struct{ On *bool }
	if err := json.Unmarshal(b, &said); err != nil {
		return false, err
	}
	if said.On == nil {
		return false, byName[name].lacks(`"on"`)
	}
	return *said.On, nil
}
