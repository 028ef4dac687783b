package auth

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"

	"github.com/nats-io/jwt/v2"
)

// unverified decodes the claims of a JWT without looking at its signature: of a
// damaged one, or one from which a server or natsctl removed the signature.
func unverified(token string) (jwt.Claims, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, errors.New("not a JWT")
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, err
	}
	var head struct {
		Type jwt.ClaimType `json:"type"` // of version 1
		Nats struct {
			Type jwt.ClaimType `json:"type"`
		} `json:"nats"`
	}
	if err := json.Unmarshal(body, &head); err != nil {
		return nil, err
	}
	kind := head.Nats.Type
	if kind == "" {
		kind = head.Type
	}
	claims := emptyClaims(kind)
	if claims == nil {
		return nil, errors.New("claims of no known type")
	}
	if err := json.Unmarshal(body, claims); err != nil {
		return nil, err
	}
	return claims, nil
}

func emptyClaims(kind jwt.ClaimType) jwt.Claims {
	switch kind {
	case jwt.OperatorClaim:
		return &jwt.OperatorClaims{}
	case jwt.AccountClaim:
		return &jwt.AccountClaims{}
	case jwt.UserClaim:
		return &jwt.UserClaims{}
	case jwt.ActivationClaim:
		return &jwt.ActivationClaims{}
	}
	return nil
}
