//! How many values of the stack an instruction looks at: what verification asks beyond the net effect.

use bytecode::Opcode;

/// The number of values, counted from the top, that the instruction reads, moves or replaces.
/// None where the argument is out of all bounds.
pub fn inputs(opcode: Opcode, argument: u32) -> Option<usize> {
    use Opcode::*;
    let count = argument as usize;
    Some(match opcode {
        Nop | LoadBuildClass | LoadAssertionError | SetupAnnotations | PopBlock | DeleteName
        | DeleteGlobal | LoadConst | LoadName | JumpForward | JumpAbsolute | LoadGlobal | SetupFinally
        | LoadFast | DeleteFast | LoadClosure | LoadDeref | DeleteDeref | ExtendedArg | LoadClassderef => 0,
        PopTop | DupTop | UnaryPositive | UnaryNegative | UnaryNot | UnaryInvert | GetAiter | GetAnext
        | BeforeAsyncWith | GetIter | GetYieldFromIter | PrintExpr | GetAwaitable | ListToTuple
        | ReturnValue | ImportStar | YieldValue | StoreName | UnpackSequence | ForIter | UnpackEx
        | DeleteAttr | StoreGlobal | LoadAttr | ImportFrom | JumpIfFalseOrPop | JumpIfTrueOrPop
        | PopJumpIfFalse | PopJumpIfTrue | StoreFast | StoreDeref | SetupWith | SetupAsyncWith
        | LoadMethod => 1,
        RotTwo
        | DupTopTwo
        | BinaryMatrixMultiply
        | InplaceMatrixMultiply
        | BinaryPower
        | BinaryMultiply
        | BinaryModulo
        | BinaryAdd
        | BinarySubtract
        | BinarySubscr
        | BinaryFloorDivide
        | BinaryTrueDivide
        | InplaceFloorDivide
        | InplaceTrueDivide
        | InplaceAdd
        | InplaceSubtract
        | InplaceMultiply
        | InplaceModulo
        | DeleteSubscr
        | BinaryLshift
        | BinaryRshift
        | BinaryAnd
        | BinaryXor
        | BinaryOr
        | InplacePower
        | YieldFrom
        | InplaceLshift
        | InplaceRshift
        | InplaceAnd
        | InplaceXor
        | InplaceOr
        | StoreAttr
        | CompareOp
        | ImportName
        | IsOp
        | ContainsOp
        | JumpIfNotExcMatch => 2,
        RotThree | Reraise | PopExcept | StoreSubscr => 3,
        RotFour => 4,
        WithExceptStart | EndAsyncFor => 7,
        BuildTuple | BuildList | BuildSet | BuildString | RaiseVarargs => count,
        BuildMap => count.checked_mul(2)?,
        BuildConstKeyMap => count.checked_add(1)?,
        BuildSlice => 2 + usize::from(argument == 3),
        CallFunction => count.checked_add(1)?,
        CallFunctionKw | CallMethod => count.checked_add(2)?,
        CallFunctionEx => 2 + (count & 1),
        MakeFunction => 2 + (argument & 0xf).count_ones() as usize,
        FormatValue => 1 + usize::from(argument & 4 == 4),
        ListAppend | SetAdd | ListExtend | SetUpdate | DictUpdate => {
            count.checked_add(1).filter(|_| count > 0)?
        }
        MapAdd => count.checked_add(2).filter(|_| count > 0)?,
        // Reads the callee too, for its message.
        DictMerge => count.checked_add(3).filter(|_| count > 0)?,
    })
}
