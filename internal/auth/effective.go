package auth

import (
	"errors"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
)

// ErrSigner is wrapped by the error of a user whose issuer is not a key of the
// account.
var ErrSigner = errors.New("the issuer of the user is not a key of the account")

// Effective returns what the server grants to a user of an account: the limits
// and permissions of its JWT, or of the role of the key that signed it, with
// templates filled and the account's default permissions where it has none. The
// error is [ErrSigner], or says why the server refuses the login of such a user.
func Effective(user *jwt.UserClaims, account *jwt.AccountClaims) (jwt.UserPermissionLimits, error) {
	limits := user.UserPermissionLimits
	if user.Issuer != account.Subject {
		scope, known := account.SigningKeys.GetScope(user.Issuer)
		if !known {
			return limits, ErrSigner
		}
		if role, ok := scope.(*jwt.UserScope); ok && role != nil {
			if err := role.ValidateScopedSigner(user); err != nil {
				return limits, err
			}
			var err error
			if limits, err = (filler{user, account}).fill(role.Template); err != nil {
				return limits, err
			}
		}
	}
	if limits.Permissions.Pub.Empty() && limits.Permissions.Sub.Empty() && limits.Resp == nil {
		limits.Permissions = account.DefaultPermissions
	}
	return limits, nil
}

// Permissions converts the permissions of claims to those of the server; nil
// means everything in the account.
func Permissions(p jwt.Permissions) *server.Permissions {
	if p.Pub.Empty() && p.Sub.Empty() && p.Resp == nil {
		return nil
	}
	out := &server.Permissions{Publish: subjectPermission(p.Pub), Subscribe: subjectPermission(p.Sub)}
	if p.Resp != nil {
		out.Response = &server.ResponsePermission{MaxMsgs: p.Resp.MaxMsgs, Expires: p.Resp.Expires}
	}
	return out
}

func subjectPermission(p jwt.Permission) *server.SubjectPermission {
	if p.Empty() {
		return nil
	}
	return &server.SubjectPermission{Allow: p.Allow, Deny: p.Deny}
}
