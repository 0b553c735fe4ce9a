package chat

// PasswordPrompt stands before the line after /operator.
const PasswordPrompt = "password of the operators: "

// IsOfPassword reports whether a refusal is of a password: it may be typed once more where it would be said to a room.
func IsOfPassword(code string) bool {
	switch code {
	case "no-password", "empty-password", "wrong-password", "too-many-tries", "password-busy":
		return true
	}
	return false
}
