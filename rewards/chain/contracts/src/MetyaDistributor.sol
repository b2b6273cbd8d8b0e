// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

/// @title Pays members what the published Merkle root of an epoch says they have earned in total
/// @notice A root commits to (account, cumulative amount in wei) leaves of OpenZeppelin's `standard-v1` tree. Each
/// epoch's root replaces the one before; a member claims the difference to what was already paid.
///
/// The updater submits a root, the guardian may pause and revoke it while the delay runs, anyone accepts it afterwards.
/// If a root is wrong: pause first, then revoke; otherwise anyone could accept it in between. The loss limit is
/// `committed`: no set of claims takes out more than the accepted root's declared total. No role can move tokens.
contract MetyaDistributor is AccessControlDefaultAdminRules, Pausable {
    using SafeERC20 for IERC20;

    /// @notice A submitted root that waits for its delay. `root` is zero when nothing waits.
    struct Pending {
        bytes32 root;
        uint256 total;
        uint64 epoch;
        uint48 validAt;
    }

    bytes32 public constant UPDATER = keccak256("UPDATER");
    bytes32 public constant GUARDIAN = keccak256("GUARDIAN");
    uint48 public constant MAX_DELAY = 30 days;

    /// @notice The token that is paid out.
    IERC20 public immutable token;
    /// @notice Seconds between submission and the earliest acceptance of a root.
    uint48 public immutable delay;

    /// @notice The accepted root; zero before the first.
    bytes32 public root;
    /// @notice The one epoch whose root can be submitted or waits now.
    uint64 public nextEpoch;
    /// @notice Sum of all leaves of the accepted root: the most that can have been claimed.
    uint256 public committed;
    /// @notice Sum of everything paid so far.
    uint256 public totalClaimed;
    /// @notice What each account has been paid so far.
    mapping(address account => uint256 amount) public claimed;

    Pending private _pending;

    event RootSubmitted(
        uint64 indexed epoch, bytes32 indexed root, uint256 total, bytes32 contentHash, uint48 validAt
    );
    event RootAccepted(uint64 indexed epoch, bytes32 indexed root, uint256 total);
    event RootRevoked(uint64 indexed epoch, bytes32 indexed root);
    /// @notice `account` was paid `amount`, sent to `to`; `cumulative` is now its `claimed`.
    event Claimed(
        address indexed account, address indexed to, uint64 indexed epoch, uint256 amount, uint256 cumulative
    );

    error ZeroAddress();
    error DelayTooLong(uint48 delay, uint48 maximum);
    error RolesNotSeparated(address account);
    error WrongEpoch(uint64 given, uint64 expected);
    error RootPending(uint64 epoch);
    error NoRootPending();
    error ZeroRoot();
    error TotalBelowCommitted(uint256 total, uint256 committed);
    error Underfunded(uint256 total, uint256 available);
    error TooEarly(uint48 validAt);
    error InvalidProof();
    error NothingToClaim(address account, uint256 claimed);
    error CommitmentExceeded(uint256 claims, uint256 committed);
    error InvalidRecipient(address to);

    /// @param token_ the ERC-20 that is paid out; fund this contract with it before the first root.
    /// @param delay_ seconds a submitted root waits; also the delay of a change of admin.
    /// @param firstEpoch the epoch of the first root.
    /// @param admin grants roles and unpauses; changes hands in two steps.
    /// @param updater submits roots; may hold no other role.
    /// @param guardian pauses and revokes.
    constructor(IERC20 token_, uint48 delay_, uint64 firstEpoch, address admin, address updater, address guardian)
        AccessControlDefaultAdminRules(delay_, admin)
    {
        if (address(token_) == address(0) || updater == address(0) || guardian == address(0)) revert ZeroAddress();
        if (delay_ > MAX_DELAY) revert DelayTooLong(delay_, MAX_DELAY);
        token = token_;
        delay = delay_;
        nextEpoch = firstEpoch;
        _grantRole(UPDATER, updater);
        _grantRole(GUARDIAN, guardian);
    }

    /// @notice Proposes the root of `nextEpoch`.
    /// @param total sum of all leaves; never below the accepted one, and covered by tokens held or already paid.
    /// @param contentHash SHA-256 of what the two reviewers approved, to compare with the site's public record.
    function submitRoot(uint64 epoch, bytes32 root_, uint256 total, bytes32 contentHash) external onlyRole(UPDATER) {
        if (_pending.root != 0) revert RootPending(_pending.epoch);
        if (epoch != nextEpoch) revert WrongEpoch(epoch, nextEpoch);
        if (root_ == 0) revert ZeroRoot();
        if (total < committed) revert TotalBelowCommitted(total, committed);
        uint256 available = token.balanceOf(address(this)) + totalClaimed;
        if (total > available) revert Underfunded(total, available);
        uint48 validAt = uint48(block.timestamp) + delay;
        _pending = Pending(root_, total, epoch, validAt);
        emit RootSubmitted(epoch, root_, total, contentHash, validAt);
    }

    /// @notice Puts the waiting root in force once its delay is over. Anyone may call it.
    function acceptRoot() external whenNotPaused {
        Pending memory waiting = _pending;
        if (waiting.root == 0) revert NoRootPending();
        if (block.timestamp < waiting.validAt) revert TooEarly(waiting.validAt);
        root = waiting.root;
        committed = waiting.total;
        nextEpoch = waiting.epoch + 1;
        delete _pending;
        emit RootAccepted(waiting.epoch, waiting.root, waiting.total);
    }

    /// @notice Throws the waiting root away; its epoch can be submitted again.
    function revokePending() external onlyRole(GUARDIAN) {
        Pending memory waiting = _pending;
        if (waiting.root == 0) revert NoRootPending();
        delete _pending;
        emit RootRevoked(waiting.epoch, waiting.root);
    }

    /// @notice Stops acceptance and claims.
    function pause() external onlyRole(GUARDIAN) {
        _pause();
    }

    /// @notice Lets acceptance and claims go on; the guardian cannot do this.
    function unpause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        _unpause();
    }

    /// @notice Pays `account` the difference to `cumulative`. Anyone may call it; only `account` receives.
    /// @return amount what was paid, in wei.
    function claim(address account, uint256 cumulative, bytes32[] calldata proof) external returns (uint256 amount) {
        return _claim(account, account, cumulative, proof);
    }

    /// @notice Pays the caller's own claim to another address.
    /// @return amount what was paid, in wei.
    function claimTo(address to, uint256 cumulative, bytes32[] calldata proof) external returns (uint256 amount) {
        return _claim(msg.sender, to, cumulative, proof);
    }

    /// @notice The root that waits for its delay; all zero when nothing waits.
    function pending() external view returns (Pending memory) {
        return _pending;
    }

    function _claim(address account, address to, uint256 cumulative, bytes32[] calldata proof)
        private
        whenNotPaused
        returns (uint256 amount)
    {
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(account, cumulative))));
        if (!MerkleProof.verifyCalldata(proof, root, leaf)) revert InvalidProof();
        // A claim into this contract would count as paid what never left it, and so let a root promise too much.
        if (to == address(0) || to == address(this)) revert InvalidRecipient(to);
        uint256 before = claimed[account];
        if (cumulative <= before) revert NothingToClaim(account, before);
        amount = cumulative - before;
        uint256 claims = totalClaimed + amount;
        if (claims > committed) revert CommitmentExceeded(claims, committed);
        claimed[account] = cumulative;
        totalClaimed = claims;
        emit Claimed(account, to, nextEpoch - 1, amount, cumulative);
        token.safeTransfer(to, amount);
    }

    /// @dev The updater, whose key lives on a server, can neither stop its own revocation nor hand itself a role.
    function _grantRole(bytes32 role, address account) internal override returns (bool) {
        bool others = role == UPDATER
            ? hasRole(GUARDIAN, account) || hasRole(DEFAULT_ADMIN_ROLE, account)
            : hasRole(UPDATER, account);
        if (others) revert RolesNotSeparated(account);
        return super._grantRole(role, account);
    }
}
