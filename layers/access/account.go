package access

// Account is a user with what proves it.
type Account struct {
	User     User
	Password string // argon2id string; empty when only tokens open the account
}
